// Grammar (RFC 6455, section 9.1; RFC 7692, section 7.1):
//
//     offers    = 1#offer                                   ; empty elements are passed over
//     offer     = token *( ";" parameter )
//     parameter = token [ "=" ( token / quoted-string ) ]   ; what is quoted is a token too
//
//     server_no_context_takeover, client_no_context_takeover: without a value
//     server_max_window_bits: 8 to 15; client_max_window_bits: 8 to 15, or without a value
//
// Names compare without case. No parameter may come twice, or be another than these four.
#include <wire/ws_deflate.hpp>

#include <wire/ascii.hpp>
#include <wire/deflate.hpp>

#include <algorithm>
#include <vector>

namespace thump::wire {
namespace {

constexpr int full_window_bits = 15;

constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

struct parameter {
    std::string_view name;
    std::optional<std::string_view> value;
};

struct offer {
    std::string_view name;
    std::vector<parameter> parameters;
};

// Takes a field's value apart. Every function skips the white space behind what it took.
class offer_reader {
public:
    explicit offer_reader(std::string_view text) noexcept : rest_{text} { skip_space(); }

    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

    bool take(char c) noexcept
    {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        skip_space();
        return true;
    }

    // Nothing where the grammar is broken.
    std::optional<offer> take_offer()
    {
        auto const name = take_token();
        if (!name) return std::nullopt;
        offer o{*name, {}};
        while (take(';')) {
            auto const key = take_token();
            if (!key) return std::nullopt;
            o.parameters.push_back({*key, std::nullopt});
            if (!take('=')) continue;
            o.parameters.back().value = take_value();
            if (!o.parameters.back().value) return std::nullopt;
        }
        return o;
    }

private:
    void skip_space() noexcept
    {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    }

    std::optional<std::string_view> take_token() noexcept
    {
        auto const* const end = std::ranges::find_if_not(rest_, is_tchar);
        auto const size = static_cast<std::size_t>(end - rest_.begin());
        if (size == 0) return std::nullopt;
        auto const token = rest_.substr(0, size);
        rest_.remove_prefix(size);
        skip_space();
        return token;
    }

    std::optional<std::string_view> take_value() noexcept
    {
        if (!rest_.starts_with('"')) return take_token();
        rest_.remove_prefix(1);
        auto const* const end = std::ranges::find_if_not(rest_, is_tchar);
        auto const value = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(value.size());
        if (value.empty() || !take('"')) return std::nullopt;
        return value;
    }

    std::string_view rest_;
};

// Nothing where it is no number of bits.
std::optional<int> window_bits(std::string_view value) noexcept
{
    if (value.size() == 1 && (value == "8" || value == "9")) return value[0] - '0';
    if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5')
        return 10 + (value[1] - '0');
    return std::nullopt;
}

// Whether the parameter keeps its rule and can be granted.
bool acceptable(parameter const& p) noexcept
{
    if (same_name(p.name, "server_no_context_takeover") ||
        same_name(p.name, "client_no_context_takeover"))
        return !p.value;
    if (same_name(p.name, "client_max_window_bits")) return !p.value || window_bits(*p.value);
    // What is compressed once for all has the full window.
    return same_name(p.name, "server_max_window_bits") && p.value &&
           window_bits(*p.value) == full_window_bits;
}

std::size_t count(offer const& o, std::string_view name) noexcept
{
    return static_cast<std::size_t>(std::ranges::count_if(
        o.parameters, [&](parameter const& p) { return same_name(p.name, name); }));
}

bool acceptable(offer const& o) noexcept
{
    return same_name(o.name, "permessage-deflate") &&
           std::ranges::all_of(o.parameters, [&](parameter const& p) {
               return acceptable(p) && count(o, p.name) == 1;
           });
}

}   // namespace

std::optional<std::string> accept_deflate(std::string_view offers)
{
    std::vector<offer> all;
    offer_reader reader{offers};
    while (!reader.at_end()) {
        if (reader.take(',')) continue;
        auto o = reader.take_offer();
        if (!o || !(reader.at_end() || reader.take(','))) return std::nullopt;
        all.push_back(*std::move(o));
    }
    auto const chosen = std::ranges::find_if(all, [](offer const& o) { return acceptable(o); });
    if (chosen == all.end()) return std::nullopt;
    std::string answer =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    if (count(*chosen, "server_max_window_bits") > 0) answer += "; server_max_window_bits=15";
    return answer;
}

void append_ws_deflated(std::string& out, opcode op, std::string_view message)
{
    if (message.size() >= min_deflate_bytes) {
        static thread_local deflater shared;
        static thread_local std::string compressed;   // its memory is kept
        compressed.clear();
        shared.append(compressed, message);
        if (compressed.size() < message.size()) {
            append_ws_header(out, op, compressed.size(), true);
            out += compressed;
            return;
        }
    }
    append_ws_header(out, op, message.size());
    out += message;
}

}   // namespace thump::wire
