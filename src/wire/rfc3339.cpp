// Grammar (RFC 3339, section 5.6):
//
//     date-time = full-date "T" partial-time offset      ; "T" and "Z" in either case
//     full-date = 4DIGIT "-" 2DIGIT "-" 2DIGIT
//     partial-time = 2DIGIT ":" 2DIGIT ":" 2DIGIT [ "." 1*DIGIT ]
//     offset = "Z" / ("+" / "-") 2DIGIT ":" 2DIGIT
#include <wire/rfc3339.hpp>

#include <wire/ascii.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace thump {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t first_second = -62'167'219'200;   // 0000-01-01T00:00:00Z
constexpr std::int64_t last_second = 253'402'300'799;    // 9999-12-31T23:59:59Z

using wire::is_digit;

// Takes fields off the front of a text; the first that does not fit spoils it.
class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_{text} {}

    int digits(std::size_t count, int most) noexcept
    {
        int value = 0;
        if (rest_.size() < count) ok_ = false;
        for (std::size_t i = 0; ok_ && i != count; ++i) {
            ok_ = is_digit(rest_[i]);
            value = value * 10 + (rest_[i] - '0');
        }
        if (!ok_ || value > most) ok_ = false;
        if (ok_) rest_.remove_prefix(count);
        return value;
    }

    // The character, or (where it is a letter) its lower-case twin.
    bool accept(char wanted) noexcept
    {
        bool const letter = wanted >= 'A' && wanted <= 'Z';
        if (rest_.empty() || (rest_[0] != wanted && !(letter && rest_[0] == (wanted | 0x20))))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char wanted) noexcept { ok_ = accept(wanted) && ok_; }

    std::uint32_t nanoseconds() noexcept
    {
        std::uint32_t value = 0;
        std::uint32_t unit = 100'000'000;
        if (rest_.empty() || !is_digit(rest_[0])) ok_ = false;
        for (; !rest_.empty() && is_digit(rest_[0]); rest_.remove_prefix(1)) {
            value += static_cast<std::uint32_t>(rest_[0] - '0') * unit;
            unit /= 10;
        }
        return value;
    }

    // Seconds east of UTC.
    int offset() noexcept
    {
        if (accept('Z')) return 0;
        bool const west = accept('-');
        if (!west) expect('+');
        int const hours = digits(2, 23);
        expect(':');
        int const seconds = (hours * 60 + digits(2, 59)) * 60;
        return west ? -seconds : seconds;
    }

    [[nodiscard]] bool ok() const noexcept { return ok_; }
    [[nodiscard]] bool complete() const noexcept { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

std::optional<std::int64_t> scan_date(scanner& in) noexcept
{
    namespace chrono = std::chrono;
    chrono::year const year{in.digits(4, 9999)};
    in.expect('-');
    chrono::month const month{static_cast<unsigned>(in.digits(2, 12))};
    in.expect('-');
    chrono::year_month_day const date{year, month,
                                      chrono::day{static_cast<unsigned>(in.digits(2, 31))}};
    if (!in.ok() || !date.ok()) return std::nullopt;
    return chrono::sys_days{date}.time_since_epoch().count() * seconds_per_day;
}

void put_digits(char* at, unsigned value, int count) noexcept
{
    while (count-- > 0) {
        at[count] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

}   // namespace

namespace wire {

bool has_four_digit_year(time_point t) noexcept
{
    return t.seconds >= first_second && t.seconds <= last_second && t.nanoseconds < 1'000'000'000;
}

void append_rfc3339(std::string& out, time_point t)
{
    namespace chrono = std::chrono;
    chrono::sys_seconds const whole{chrono::seconds{t.seconds}};
    auto const day = chrono::floor<chrono::days>(whole);
    chrono::year_month_day const date{day};
    auto const second = static_cast<unsigned>((whole - day).count());

    std::array<char, 30> text{"0000-00-00T00:00:00.000000000"};
    put_digits(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
    put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
    put_digits(&text[11], second / 3600, 2);
    put_digits(&text[14], second / 60 % 60, 2);
    put_digits(&text[17], second % 60, 2);
    std::size_t length = 19;
    if (t.nanoseconds != 0) {
        put_digits(&text[20], t.nanoseconds, 9);
        length = 29;
        while (text[length - 1] == '0')
            --length;
    }
    text[length++] = 'Z';
    out.append(text.data(), length);
}

}   // namespace wire

std::string to_string(time_point t)
{
    std::string text;
    wire::append_rfc3339(text, t);
    return text;
}

std::optional<time_point> parse_time_point(std::string_view text) noexcept
{
    scanner in{text};
    auto const midnight = scan_date(in);
    if (!midnight) return std::nullopt;
    in.expect('T');
    int const hours = in.digits(2, 23);
    in.expect(':');
    int const minutes = in.digits(2, 59);
    in.expect(':');
    int const seconds = in.digits(2, 60);
    auto const nanoseconds = in.accept('.') ? in.nanoseconds() : 0;
    int const offset = in.offset();
    if (!in.complete()) return std::nullopt;

    time_point const made{*midnight + hours * 3600 + minutes * 60 + seconds - offset, nanoseconds};
    bool const leaps_at_midnight = seconds < 60 || made.seconds % seconds_per_day == 0;
    if (!leaps_at_midnight || !wire::has_four_digit_year(made)) return std::nullopt;
    return made;
}

}   // namespace thump
