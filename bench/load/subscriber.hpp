// A connection that receives events.
#pragma once

#include "connection.hpp"
#include "options.hpp"
#include "payload.hpp"
#include "tally.hpp"

#include <cstddef>
#include <cstdint>

namespace load {

class subscriber final : public connection {
public:
    /// @param o,events,counts Must outlive it.
    subscriber(poller& p, options const& o, payload const& events, tally& counts, unsigned index);

    /// Stops reading. Its events no longer count, but are still looked at when it reads again.
    void sleep();
    void wake() { pause_reading(false); }

    [[nodiscard]] load::progress const& progress() const noexcept { return progress_; }
    /// Records of losses that the server has told.
    [[nodiscard]] std::uint64_t gaps_told() const noexcept { return gaps_told_; }
    /// Events that the server has said were lost.
    [[nodiscard]] std::uint64_t losses_told() const noexcept { return losses_told_; }

private:
    std::size_t on_bytes(std::span<char const> bytes) override;
    void on_open() override;
    void on_closed() override { counts_.leave(progress_); }

    std::size_t read_frames(std::span<char const> bytes);
    void on_message(std::string_view message);
    void on_control(std::string_view message);
    std::size_t scan(std::string_view stream);

    options const& options_;
    payload const& payload_;
    tally& counts_;
    unsigned const index_;
    load::progress progress_;
    std::string stream_;   // payloads of frames, where messages do not keep to frames
    std::uint64_t gaps_told_ = 0;
    std::uint64_t losses_told_ = 0;
};

}   // namespace load
