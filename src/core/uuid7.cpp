#include <core/uuid7.hpp>

#include <algorithm>
#include <array>

namespace thump::core {
namespace {

constexpr std::uint32_t counter_end = 1u << 12;

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

    static constexpr char digits[] = "0123456789abcdef";
    std::array<char, 36> text;
    std::size_t at = 0;
    for (int nibble = 0; nibble < 32; ++nibble) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text[at++] = '-';
        auto const half = nibble < 16 ? high : low;
        text[at++] = digits[half >> (60 - 4 * (nibble % 16)) & 0xf];
    }
    out.append(text.data(), text.size());
}

}   // namespace thump::core
