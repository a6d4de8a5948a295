#include <wire/ws_key.hpp>

#include <boost/assert.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace thump::wire {
namespace {

constexpr std::string_view handshake_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t key_characters = 22;   // of base64 for 16 bytes, without the padding
constexpr std::size_t sha1_bytes = 20;
constexpr std::size_t sha1_base64_bytes = 28;

constexpr bool is_base64(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

}   // namespace

bool is_valid_ws_key(std::string_view key) noexcept
{
    return key.size() == key_characters + 2 && key.ends_with("==") &&
           std::ranges::all_of(key.substr(0, key_characters), is_base64);
}

std::string ws_accept_key(std::string_view key)
{
    auto const text = std::string{key}.append(handshake_guid);
    std::array<unsigned char, sha1_bytes> digest;
    [[maybe_unused]] auto const done =
        EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    BOOST_ASSERT(done == 1);

    std::array<unsigned char, sha1_base64_bytes + 1> encoded;
    EVP_EncodeBlock(encoded.data(), digest.data(), sha1_bytes);
    return {reinterpret_cast<char const*>(encoded.data()), sha1_base64_bytes};
}

}   // namespace thump::wire
