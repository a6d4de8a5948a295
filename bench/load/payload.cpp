#include "payload.hpp"

#include <algorithm>
#include <charconv>

namespace load {
namespace {

constexpr std::string_view before_data = R"({"type":"bench","data":)";
constexpr std::string_view marker = R"({"n":)";
constexpr std::string_view before_time = R"(,"ts":)";
constexpr std::string_view before_pad = R"(,"pad":")";
constexpr std::string_view after_pad = R"("})";
constexpr std::size_t fixed_bytes = before_data.size() + marker.size() + before_time.size() +
                                    before_pad.size() + after_pad.size() + 1;

// Prime, so that pads of events in a row begin at all places in turn.
constexpr std::size_t pad_period = 61;
constexpr std::string_view pad_letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678";
static_assert(pad_letters.size() == pad_period);

// Reads an event from its front to its end, as long as it is what was sent.
class checker {
public:
    explicit checker(std::string_view text) noexcept : text_{text} {}

    void expect(std::string_view wanted) noexcept
    {
        auto const there = text_.substr(at_, wanted.size());
        if (!wanted.starts_with(there)) what_ = payload::outcome::corrupt;
        if (there.size() < wanted.size()) ended();
        at_ += there.size();
    }

    std::uint64_t number() noexcept
    {
        std::uint64_t value = 0;
        auto const* const end = text_.data() + text_.size();
        auto const read = std::from_chars(text_.data() + at_, end, value);
        digits_ += static_cast<std::size_t>(read.ptr - text_.data()) - at_;
        at_ = static_cast<std::size_t>(read.ptr - text_.data());
        if (read.ptr == end)
            ended();
        else if (read.ec != std::errc{})
            what_ = payload::outcome::corrupt;
        return value;
    }

    [[nodiscard]] bool good() const noexcept { return what_ == payload::outcome::intact; }
    [[nodiscard]] payload::outcome outcome() const noexcept { return what_; }
    [[nodiscard]] std::size_t digits() const noexcept { return digits_; }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }

private:
    void ended() noexcept
    {
        if (good()) what_ = payload::outcome::incomplete;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t digits_ = 0;
    payload::outcome what_ = payload::outcome::intact;
};

void append_number(std::string& out, std::uint64_t value)
{
    char text[20];
    out.append(text, std::to_chars(std::begin(text), std::end(text), value).ptr);
}

}   // namespace

payload::payload(std::size_t event_bytes) : event_bytes_{event_bytes}
{
    while (alphabet_.size() < event_bytes + pad_period)
        alphabet_ += pad_letters;
}

std::string_view payload::pad_of(event_number number, std::size_t digits) const noexcept
{
    auto const used = fixed_bytes + digits;
    auto const size = event_bytes_ - std::min(event_bytes_, used);
    return std::string_view{alphabet_}.substr(number.count() % pad_period, size);
}

void payload::append(std::string& out, event_number number, std::uint64_t sent_at) const
{
    auto const start = out.size();
    out.append(before_data).append(marker);
    append_number(out, number.packed);
    out += before_time;
    append_number(out, sent_at);
    out += before_pad;
    auto const digits = out.size() - start - before_data.size() - marker.size() -
                        before_time.size() - before_pad.size();
    out += pad_of(number, digits);
    out.append(after_pad).append("}");
}

payload::finding payload::find(std::string_view text) const
{
    auto const begin = text.find(marker);
    if (begin == std::string_view::npos) return {};
    checker in{text.substr(begin)};
    finding found;
    found.begin = begin;
    in.expect(marker);
    found.number.packed = in.number();
    in.expect(before_time);
    found.sent_at = in.number();
    in.expect(before_pad);
    if (in.good()) in.expect(pad_of(found.number, in.digits()));
    if (in.good()) in.expect(after_pad);
    found.what = in.outcome();
    found.end = begin + in.at();
    return found;
}

}   // namespace load
