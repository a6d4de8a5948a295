#include <core/uuid7.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace thump::core {
namespace {

constexpr std::uint32_t counter_end = 1u << 12;

// Both digits of every byte.
constexpr auto hex_digits = [] {
    constexpr char digits[] = "0123456789abcdef";
    std::array<char, 512> made{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        made[2 * byte] = digits[byte >> 4];
        made[2 * byte + 1] = digits[byte & 15];
    }
    return made;
}();

// Where the digits of each byte of a UUID stand in its text.
constexpr std::size_t places[] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::size_t dashes[] = {8, 13, 18, 23};

void put_byte(char* at, std::uint64_t byte) noexcept
{
    std::memcpy(at, &hex_digits[2 * byte], 2);
}

}   // namespace

void uuid7_generator::append(std::string& out, time_point now)
{
    auto const clock_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(
        0, now.seconds * 1000 + static_cast<std::int64_t>(now.nanoseconds / 1'000'000)));
    if (clock_ms > last_ms_) {
        last_ms_ = clock_ms;
        // Start in the lower half: room to count up within this millisecond.
        counter_ = static_cast<std::uint32_t>(random_()) & (counter_end / 2 - 1);
    } else if (++counter_ == counter_end) {
        // More than the counter holds: borrow from the next millisecond.
        ++last_ms_;
        counter_ = 0;
    }

    std::uint64_t const high = last_ms_ << 16 | 0x7000u | counter_;
    std::uint64_t const low = (random_() >> 2) | 0x8000'0000'0000'0000u;

    std::array<char, 36> text;
    for (auto const place : dashes)
        text[place] = '-';
    for (int i = 0; i < 8; ++i) {
        put_byte(&text[places[i]], high >> (56 - 8 * i) & 0xff);
        put_byte(&text[places[8 + i]], low >> (56 - 8 * i) & 0xff);
    }
    out.append(text.data(), text.size());
}

}   // namespace thump::core
