#include <client/targets.hpp>

#include <wire/position.hpp>

#include <boost/url/params_ref.hpp>
#include <boost/url/url.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace thump::client_side {
namespace {

constexpr std::string_view events_path = "/v1/events";

class query_text {
public:
    void add(std::string_view name, std::string_view value) { url_.params().append({name, value}); }
    void add(std::string_view name, std::size_t value) { add(name, std::to_string(value)); }
    void add(std::string_view name, double value)
    {
        std::array<char, 32> text;
        auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        add(name, std::string_view{text.data(), end});
    }
    void add(std::string_view name, std::optional<position> const& value)
    {
        if (!value) return;
        std::string text;
        wire::append_position(text, *value);
        add(name, text);
    }
    void add_filter(std::vector<std::string> const& types,
                    std::vector<metadata_condition> const& where)
    {
        for (auto const& pattern : types)
            add("types", pattern);
        for (auto const& condition : where)
            for (auto const& value : condition.any_of)
                add("meta." + condition.key, value);
    }

    // In a query, an unescaped plus sign may be read as a space.
    [[nodiscard]] std::string target(std::string_view prefix) const
    {
        std::string text{prefix};
        text += events_path;
        if (url_.encoded_query().empty()) return text;
        text += '?';
        for (char const c : url_.encoded_query())
            c == '+' ? text.append("%2B") : text.append(1, c);
        return text;
    }

private:
    boost::urls::url url_;
};

}   // namespace

result<void> check_asked(std::vector<std::string> const& types,
                         std::vector<metadata_condition> const& where,
                         std::optional<position> const& since, std::optional<position> const& until)
{
    if (auto wanted = filter::make(types, where); !wanted) return std::move(wanted).error();
    if (wire::is_in_range(since) && wire::is_in_range(until)) return {};
    return error{make_error_code(errc::invalid_parameter),
                 "since and until must be times that RFC 3339 can write",
                 {},
                 {},
                 {}};
}

std::string history_target(std::string_view prefix, history_query const& query)
{
    query_text made;
    made.add_filter(query.types, query.where);
    made.add("since", query.since.value_or(earliest{}));
    made.add("until", query.until);
    made.add("limit", query.limit);
    return made.target(prefix);
}

std::string stream_target(std::string_view prefix, stream_options const& options,
                          std::optional<position> const& since)
{
    auto const& s = options.subscription;
    query_text made;
    made.add_filter(s.types, s.where);
    made.add("since", since);
    made.add("until", s.until);
    if (s.queue) made.add("queue", *s.queue);
    if (s.overflow) made.add("overflow", to_string(*s.overflow));
    if (s.key) made.add("key", *s.key);
    if (options.max_rate) made.add("max_rate", *options.max_rate);
    if (!s.name.empty()) made.add("name", s.name);
    return made.target(prefix);
}

}   // namespace thump::client_side
