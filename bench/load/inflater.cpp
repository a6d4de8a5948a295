#include "inflater.hpp"

#include <zlib.h>

#include <new>

namespace load {

inflater::inflater() : stream_{new z_stream{}}
{
    constexpr int raw = -15;
    if (inflateInit2(stream_, raw) != Z_OK) throw std::bad_alloc{};
}

inflater::~inflater()
{
    inflateEnd(stream_);
    delete stream_;
}

std::string_view inflater::expand(std::string_view payload)
{
    constexpr std::size_t first_guess = 64 << 10;
    std::string const input = std::string{payload}.append("\0\0\xff\xff", 4);
    if (message_.size() < first_guess) message_.resize(first_guess);
    inflateReset(stream_);
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_->avail_in = static_cast<uInt>(input.size());
    std::size_t size = 0;
    for (;;) {
        stream_->next_out = reinterpret_cast<Bytef*>(message_.data() + size);
        stream_->avail_out = static_cast<uInt>(message_.size() - size);
        auto const status = inflate(stream_, Z_SYNC_FLUSH);
        size = message_.size() - stream_->avail_out;
        if (status != Z_OK && status != Z_BUF_ERROR) return {};
        if (stream_->avail_out > 0) return std::string_view{message_}.substr(0, size);
        message_.resize(message_.size() * 2);
    }
}

}   // namespace load
