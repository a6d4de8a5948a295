// The forms of one event that were asked for.
#pragma once

#include <thump/detail/frame.hpp>

#include <string_view>

namespace thump::detail {

/// Frames of one event, each in a form of its own. Mostly there is one or none, so they are
/// chained: an event has room for a pointer only.
///
/// Thread safety: distinct objects only. A frame that was taken from it may be used on any thread.
class frame_list {
public:
    /// The frame in this form; null where it was not added. Valid until `clear`.
    [[nodiscard]] frame_ptr const& find(encoding form) const noexcept
    {
        auto const* at = &first_;
        while (*at && (*at)->form_ != form)
            at = &(*at)->next_;
        return *at;
    }

    /// Adds a frame. Requires: there is none in this form.
    frame_ptr const& add(encoding form, std::string_view bytes)
    {
        auto& end = const_cast<frame_ptr&>(find(form));
        end = frame::make(form, bytes);
        return end;
    }

    void clear() noexcept { first_.reset(); }

private:
    frame_ptr first_;
};

}   // namespace thump::detail
