// A message's payload is DEFLATE blocks that end at a byte, with the empty stored block that a
// "sync flush" ends in; of that block the last four bytes, always the same, are not sent
// (RFC 7692, section 7.2.1):
//
//     payload = *( deflate block ) empty-block-begun   ; then %x00.00.ff.ff, which goes unsent
#include <wire/deflate.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace thump::wire {
namespace {

constexpr std::string_view unsent_tail{"\0\0\xff\xff", 4};

// Below zero: no header and no checksum around the DEFLATE data.
constexpr int raw_window = -15;
constexpr int memory_level = 8;
constexpr std::size_t window_bytes = std::size_t{32} << 10;
// Going on after a block that calls itself final copies a window, and such a block takes two bytes:
// a message has one where its sender ends its stream, and has no use for many.
constexpr int max_final_blocks = 64;

Bytef* bytes_of(std::string_view text) noexcept
{
    // Not written to: zlib's interface is older than its const.
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

void give(z_stream& stream, std::string_view input) noexcept
{
    stream.next_in = bytes_of(input);
    stream.avail_in = static_cast<uInt>(input.size());
}

}   // namespace

// ---------------------------------------------------------------- deflater

deflater::deflater() : stream_{std::make_unique<z_stream>()}
{
    if (deflateInit2(stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw_window, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc{};
}

deflater::~deflater()
{
    deflateEnd(stream_.get());
}

// Requires: `message` is smaller than 4 GiB.
void deflater::append(std::string& out, std::string_view message)
{
    auto& z = *stream_;
    deflateReset(&z);
    give(z, message);
    auto used = out.size();
    // Room for everything at once; the flush may yet want a few bytes more than the bound.
    auto room = deflateBound(&z, static_cast<uLong>(message.size())) + 16;
    do {
        out.resize(used + room);
        z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
        z.avail_out = static_cast<uInt>(room);
        deflate(&z, Z_SYNC_FLUSH);
        used += room - z.avail_out;
    } while (z.avail_out == 0);
    out.resize(used - unsent_tail.size());
}

// ---------------------------------------------------------------- inflater

inflater::inflater() : stream_{std::make_unique<z_stream>()}
{
    if (inflateInit2(stream_.get(), raw_window) != Z_OK) throw std::bad_alloc{};
}

inflater::~inflater()
{
    inflateEnd(stream_.get());
}

// One message on its way from the stream into a string.
class inflater::expansion {
public:
    expansion(z_stream& z, std::string& out, std::size_t max_bytes) noexcept
        : z_{z}, out_{out}, begin_{out.size()}, max_bytes_{max_bytes}
    {
        inflateReset(&z_);
    }

    inflate_result write(std::string_view input)
    {
        std::array<char, std::size_t{8} << 10> buffer;
        give(z_, input);
        do {
            z_.next_out = reinterpret_cast<Bytef*>(buffer.data());
            z_.avail_out = static_cast<uInt>(buffer.size());
            auto const status = inflate(&z_, Z_SYNC_FLUSH);
            if (status == Z_MEM_ERROR) throw std::bad_alloc{};
            // Z_BUF_ERROR: all input was used up by the call before.
            if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
                return inflate_result::broken;
            auto const size = buffer.size() - z_.avail_out;
            if (size > max_bytes_ - written().size()) return inflate_result::too_big;
            out_.append(buffer.data(), size);
            if (status == Z_STREAM_END) {
                if (++final_blocks_ > max_final_blocks) return inflate_result::broken;
                go_on_after_final_block();
            }
        } while (z_.avail_in > 0 || z_.avail_out == 0);
        return inflate_result::whole;
    }

    // Whether the input so far ends with the end of a block.
    [[nodiscard]] bool between_blocks() const noexcept { return (z_.data_type & 128) != 0; }

private:
    [[nodiscard]] std::string_view written() const noexcept
    {
        return std::string_view{out_}.substr(begin_);
    }

    // "Final" ends a DEFLATE stream, but not a message (7.2.3.4); what follows may refer to what
    // came before.
    void go_on_after_final_block() noexcept
    {
        auto const known =
            written().substr(written().size() - std::min(written().size(), window_bytes));
        inflateReset(&z_);
        inflateSetDictionary(&z_, bytes_of(known), static_cast<uInt>(known.size()));
    }

    z_stream& z_;
    std::string& out_;
    std::size_t const begin_;
    std::size_t const max_bytes_;
    int final_blocks_ = 0;
};

// Requires: `payload` is smaller than 4 GiB.
inflate_result inflater::append(std::string& out, std::string_view payload, std::size_t max_bytes)
{
    expansion message{*stream_, out, max_bytes};
    if (auto const r = message.write(payload); r != inflate_result::whole) return r;
    if (auto const r = message.write(unsent_tail); r != inflate_result::whole) return r;
    return message.between_blocks() ? inflate_result::whole : inflate_result::broken;
}

}   // namespace thump::wire
