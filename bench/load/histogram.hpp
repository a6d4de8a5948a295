// How often values occurred, with an error below two percent.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace load {

/// Counts values in 64 classes to each power of two.
class histogram {
public:
    void add(std::uint64_t value) noexcept
    {
        ++classes_[class_of(value)];
        ++count_;
        greatest_ = std::max(greatest_, value);
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t greatest() const noexcept { return greatest_; }

    /// The value that a share of all values (0 to 1) does not exceed.
    [[nodiscard]] double quantile(double share) const noexcept
    {
        auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
        for (std::size_t i = 0; i < classes_.size(); ++i) {
            if (wanted < classes_[i]) return std::min(middle_of(i), static_cast<double>(greatest_));
            wanted -= classes_[i];
        }
        return static_cast<double>(greatest_);
    }

private:
    static constexpr std::size_t per_octave = 64;
    static constexpr std::size_t exact_bits = 6;   // values below 64 have a class each

    static std::size_t class_of(std::uint64_t value) noexcept
    {
        if (value < per_octave) return value;
        auto const shift = static_cast<std::size_t>(std::bit_width(value)) - 1 - exact_bits;
        return (shift + 1) * per_octave + (value >> shift) % per_octave;
    }

    static double middle_of(std::size_t index) noexcept
    {
        if (index < per_octave) return static_cast<double>(index);
        auto const shift = index / per_octave - 1;
        auto const low = (per_octave + index % per_octave) << shift;
        return static_cast<double>(low) + static_cast<double>(std::uint64_t{1} << shift) / 2;
    }

    std::array<std::uint64_t, per_octave*(64 - exact_bits + 1)> classes_{};
    std::uint64_t count_ = 0;
    std::uint64_t greatest_ = 0;
};

}   // namespace load
