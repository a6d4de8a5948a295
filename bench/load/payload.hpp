// The events that are published, and the search for them in what subscribers receive.
//
//     event = '{"type":"bench","data":' data '}'
//     data  = '{"n":' number ',"ts":' nanoseconds ',"pad":"' pad '"}'
//
// A server may put anything around `data`; `data` itself must arrive as it was sent, byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace load {

/// Tells events apart: which publisher's, and which of its own, counted from 1. In a warm-up
/// event, the count is 0.
struct event_number {
    static constexpr unsigned count_bits = 40;

    [[nodiscard]] std::uint64_t publisher() const noexcept { return packed >> count_bits; }
    [[nodiscard]] std::uint64_t count() const noexcept
    {
        return packed & ((std::uint64_t{1} << count_bits) - 1);
    }
    static event_number make(std::uint64_t publisher, std::uint64_t count) noexcept
    {
        return {publisher << count_bits | count};
    }

    std::uint64_t packed = 0;
};

class payload {
public:
    /// @param event_bytes Size of an event; the pad makes up what the rest leaves of it.
    explicit payload(std::size_t event_bytes);

    void append(std::string& out, event_number number, std::uint64_t sent_at) const;

    enum class outcome {
        nothing,      ///< there is no event
        incomplete,   ///< one begins, but the text ends before it does
        intact,
        corrupt,   ///< one begins, and is not what was sent
    };
    struct finding {
        outcome what = outcome::nothing;
        event_number number = {};
        std::uint64_t sent_at = 0;
        std::size_t begin = 0;   ///< where the event was found
        std::size_t end = 0;     ///< where the search is to go on
    };

    /// Finds the first event in `text` and checks every byte of its `data`.
    [[nodiscard]] finding find(std::string_view text) const;

private:
    [[nodiscard]] std::string_view pad_of(event_number number, std::size_t digits) const noexcept;

    std::size_t event_bytes_;
    std::string alphabet_;   // pads are cut from it, at a place that depends on the event
};

}   // namespace load
