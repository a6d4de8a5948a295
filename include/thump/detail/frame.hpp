// A block of encoded bytes, built once and shared by every queue that waits to send it.
#pragma once

#include <thump/detail/encoding.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

namespace thump::detail {

class frame_list;

/// Immutable bytes behind a reference count, in one allocation.
class frame {
public:
    frame(frame const&) = delete;
    frame& operator=(frame const&) = delete;

    [[nodiscard]] static boost::intrusive_ptr<frame const> make(encoding form,
                                                                std::string_view bytes)
    {
        void* const at = ::operator new(sizeof(frame) + bytes.size());
        auto* const made = ::new (at) frame{form, static_cast<std::uint32_t>(bytes.size())};
        std::memcpy(static_cast<char*>(at) + sizeof(frame), bytes.data(), bytes.size());
        return boost::intrusive_ptr<frame const>{made};
    }

    [[nodiscard]] std::string_view bytes() const noexcept
    {
        return {reinterpret_cast<char const*>(this + 1), size_};
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    friend void intrusive_ptr_add_ref(frame const* f) noexcept
    {
        f->references_.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(frame const* f) noexcept
    {
        if (f->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            f->~frame();
            ::operator delete(const_cast<frame*>(f));
        }
    }

private:
    friend class frame_list;

    frame(encoding form, std::uint32_t size) noexcept : size_{size}, form_{form} {}
    ~frame() = default;

    mutable std::atomic<std::uint32_t> references_{0};
    std::uint32_t size_;
    mutable boost::intrusive_ptr<frame const> next_;   // of the list that it was made for
    encoding form_;
};

using frame_ptr = boost::intrusive_ptr<frame const>;

}   // namespace thump::detail
