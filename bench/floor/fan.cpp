#include <floor/fan.hpp>

#include <openssl/evp.h>

#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

namespace thump::bench {
namespace {

// ---------------------------------------------------------------- WebSocket (RFC 6455)

std::string accept_key(std::string_view key)
{
    auto const text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 64> base64;
    auto const length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
    return {base64.begin(), base64.begin() + length};
}

void append_frame(std::string& out, std::string_view payload)
{
    out += '\x81';
    auto const length_bytes = payload.size() < 126 ? 0 : payload.size() < 65'536 ? 2 : 8;
    out += static_cast<char>(length_bytes == 0 ? payload.size() : length_bytes == 2 ? 126 : 127);
    for (auto i = length_bytes; i-- > 0;)
        out += static_cast<char>(payload.size() >> (8 * i) & 0xff);
    out += payload;
}

struct frame {
    bool closes = false;
    std::span<char> payload;
    std::size_t size = 0;
};

// Eight bytes at a step: a floor should be low.
void unmask(std::span<char> payload, char const* key)
{
    std::array<char, 8> twice;
    for (std::size_t i = 0; i < twice.size(); ++i)
        twice[i] = key[i % 4];
    auto const mask = std::bit_cast<std::uint64_t>(twice);
    auto* at = payload.data();
    auto* const end = at + payload.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        word ^= mask;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; at != end; ++at, ++i)
        *at = static_cast<char>(*at ^ key[i]);
}

// Reads a client's frame; nothing where it is not all there.
std::optional<frame> read_frame(std::span<char> bytes)
{
    constexpr std::size_t key_bytes = 4;
    if (bytes.size() < 2) return std::nullopt;
    std::uint64_t length = bytes[1] & 127;
    std::size_t const length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    auto const header = 2 + length_bytes + key_bytes;
    if (bytes.size() < header) return std::nullopt;
    if (length_bytes > 0) length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i)
        length = length << 8 | static_cast<unsigned char>(bytes[2 + i]);
    if (bytes.size() - header < length) return std::nullopt;
    auto const payload = bytes.subspan(header, static_cast<std::size_t>(length));
    unmask(payload, &bytes[header - key_bytes]);
    return frame{(bytes[0] & 15) == 8, payload, header + payload.size()};
}

// ---------------------------------------------------------------- HTTP

std::string_view field(std::string_view head, std::string_view name)
{
    auto const at = head.find(name);
    if (at == std::string_view::npos) return {};
    auto const value = head.substr(at + name.size());
    return value.substr(0, value.find("\r\n"));
}

std::size_t content_length(std::string_view head)
{
    auto const text = field(head, "\r\nContent-Length: ");
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}   // namespace

void fan::take(client& c, std::span<char> bytes)
{
    auto const rest = bytes.subspan(on_bytes(c, bytes));
    if (rest.empty() && c.is == role::subscriber)
        c.unread = std::string{};
    else
        c.unread.assign(rest.data(), rest.size());
}

std::size_t fan::on_bytes(client& c, std::span<char> bytes)
{
    std::size_t used = 0;
    std::string replies;
    while (c.is == role::http) {
        auto const text = std::string_view{bytes.data(), bytes.size()}.substr(used);
        auto const taken = on_request(c, text);
        if (taken == 0) break;
        if (c.is == role::http) replies += "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        used += taken;
    }
    if (!replies.empty()) send_to(c, replies);
    while (c.is == role::publisher || c.is == role::subscriber) {
        auto const next = read_frame(bytes.subspan(used));
        if (!next) break;
        used += next->size;
        if (next->closes) drop(c);
        if (c.is == role::publisher) publish({next->payload.data(), next->payload.size()});
    }
    return used;
}

// Returns the size of the request; 0 where it is not all there.
std::size_t fan::on_request(client& c, std::string_view text)
{
    auto const head_end = text.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return 0;
    auto const head = text.substr(0, head_end + 2);
    if (!head.starts_with("POST ")) return upgrade(c, head) + 2;
    auto const size = head_end + 4 + content_length(head);
    if (text.size() < size) return 0;
    publish(text.substr(head_end + 4, size - head_end - 4));
    return size;
}

std::size_t fan::upgrade(client& c, std::string_view head)
{
    send_to(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: " +
                   accept_key(field(head, "\r\nSec-WebSocket-Key: ")) + "\r\n\r\n");
    c.is = head.starts_with("GET /pub ") ? role::publisher : role::subscriber;
    if (c.is == role::subscriber) subscribers_.push_back(&c);
    return head.size();
}

void fan::publish(std::string_view event)
{
    append_frame(batch_, event);
    if (!batches_) flush();
}

void fan::flush()
{
    if (batch_.empty()) return;
    for (auto* const s : subscribers_)
        send_to(*s, batch_);
    batch_.clear();
}

void fan::send_to(client& c, std::string_view bytes)
{
    if (c.is == role::gone) return;
    auto const sent = send(c.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(bytes.size())) return;
    drop(c);
}

void fan::drop(client& c) noexcept
{
    c.is = role::gone;
    somebody_gone_ = true;
}

void fan::forget_gone()
{
    somebody_gone_ = false;
    std::erase_if(subscribers_, [](auto const* s) { return s->is == role::gone; });
}

void allow_many_files()
{
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

}   // namespace thump::bench
