// How far a stream has come.
#pragma once

#include <thump/position.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace thump::client_side {

/// The place after which a stream is to go on.
class stream_place {
public:
    explicit stream_place(std::optional<cursor> at) : at_{std::move(at)} {}

    /// None while it is not known where the stream began.
    [[nodiscard]] std::optional<cursor> const& get() const noexcept { return at_; }

    /// What follows is of this epoch. A cursor of another one stands until the gap has come that
    /// tells of that one's rest.
    void enter(std::string epoch) noexcept { epoch_ = std::move(epoch); }

    /// Everything up to `seq` is dealt with.
    void move(std::uint64_t seq)
    {
        if (!at_ || at_->epoch != epoch_)
            at_ = cursor{epoch_, seq};
        else if (seq > at_->seq)
            at_->seq = seq;
    }

private:
    std::optional<cursor> at_;
    std::string epoch_;
};

}   // namespace thump::client_side
