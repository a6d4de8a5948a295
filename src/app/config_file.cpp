#include <app/config_file.hpp>

#include <app/config.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace thump::app {
namespace json = boost::json;
using boost::system::error_code;
namespace {

// Builds the value and notes on which line each key stands. It knows the line because the text is
// given to the parser line by line.
class located_builder {
public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    std::size_t line = 1;
    std::string repeated_key;   // set when the parse stops because of it

    json::value release() { return values_.release(); }
    auto& lines() { return lines_; }

    bool on_document_begin(error_code&) { return values_.reset(), true; }
    bool on_document_end(error_code&) { return true; }

    bool on_object_begin(error_code&) { return path_.emplace_back(), true; }
    bool on_object_end(std::size_t n, error_code&)
    {
        path_.pop_back();
        values_.push_object(n);
        return true;
    }
    bool on_array_begin(error_code&) { return path_.emplace_back(), true; }
    bool on_array_end(std::size_t n, error_code&)
    {
        path_.pop_back();
        values_.push_array(n);
        return true;
    }

    bool on_key_part(json::string_view s, std::size_t, error_code&)
    {
        key_.append(s);
        values_.push_chars(s);
        return true;
    }
    bool on_key(json::string_view s, std::size_t, error_code& ec)
    {
        key_.append(s);
        values_.push_key(s);
        path_.back() = std::exchange(key_, {});
        return note_line(ec);
    }

    bool on_string_part(json::string_view s, std::size_t, error_code&)
    {
        return values_.push_chars(s), true;
    }
    bool on_string(json::string_view s, std::size_t, error_code&)
    {
        return values_.push_string(s), true;
    }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t n, json::string_view, error_code&)
    {
        return values_.push_int64(n), true;
    }
    bool on_uint64(std::uint64_t n, json::string_view, error_code&)
    {
        return values_.push_uint64(n), true;
    }
    bool on_double(double n, json::string_view, error_code&)
    {
        return values_.push_double(n), true;
    }
    bool on_bool(bool b, error_code&) { return values_.push_bool(b), true; }
    bool on_null(error_code&) { return values_.push_null(), true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

private:
    // Deeper than a section's keys there is nothing that could be right.
    bool note_line(error_code& ec)
    {
        if (path_.size() > 2) return true;
        std::string joined;
        for (auto const& part : path_)
            joined.append(joined.empty() ? "" : ".").append(part);
        auto const [at, is_new] = lines_.emplace(std::move(joined), line);
        if (is_new) return true;
        repeated_key = at->first;
        ec = json::error::syntax;
        return false;
    }

    json::value_stack values_;
    std::map<std::string, std::size_t, std::less<>> lines_;
    std::vector<std::string> path_;   // the key that is open in each object, outermost first
    std::string key_;                 // the parts of a key seen so far
};

using parser = json::basic_parser<located_builder>;

[[noreturn]] void fail(std::string_view name, std::size_t line, std::string_view what)
{
    throw config_error{
        std::string{name}.append(":").append(std::to_string(line)).append(": ").append(what)};
}

void parse_chunk(parser& p, std::string_view chunk, bool more, std::string_view name)
{
    error_code ec;
    auto const taken = p.write_some(more, chunk.data(), chunk.size(), ec);
    if (!ec && taken < chunk.size()) ec = json::error::extra_data;
    if (!ec) return;
    auto const& builder = p.handler();
    if (!builder.repeated_key.empty())
        fail(name, builder.line,
             "key '" + builder.repeated_key + "': stands here for the second time");
    fail(name, builder.line, "not valid JSON: " + ec.message());
}

}   // namespace

config_file parse_config_file(std::string_view text, std::string_view name)
{
    json::parse_options options;
    options.allow_comments = true;
    parser p{options};
    auto& builder = p.handler();

    while (!text.empty()) {
        auto const size = std::min(text.find('\n'), text.size() - 1) + 1;
        parse_chunk(p, text.substr(0, size), true, name);
        text.remove_prefix(size);
        if (!text.empty()) ++builder.line;
    }
    parse_chunk(p, {}, false, name);

    auto root = builder.release();
    if (!root.is_object()) fail(name, 1, "expected an object");
    return {std::move(root.get_object()), std::move(builder.lines())};
}

}   // namespace thump::app
