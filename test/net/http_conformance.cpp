// Raw requests from a case file, answered by the parser and the least of servers behind it. The
// file is not part of the project: its directory is THUMP_CONFORMANCE_DIR.
#include "http_driver.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace thump::test {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> groups{"accept",  "framing", "chunk",
                                                 "headers", "line",    "limits"};
std::string const publish_body = R"({"type":"unit.test"})";

std::filesystem::path case_file()
{
    auto const* const directory = std::getenv("THUMP_CONFORMANCE_DIR");
    return std::filesystem::path{directory ? directory : THUMP_CONFORMANCE_DIR} /
           "http_cases.jsonl";
}

void replace_all(std::string& text, std::string_view from, std::string_view to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// In the file one character stands for one byte, so every code point is below 256.
std::string to_bytes(std::string_view utf8)
{
    std::string bytes;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        auto byte = static_cast<unsigned char>(utf8[at]);
        if (byte >= 0x80) {
            auto const low = static_cast<unsigned char>(utf8[++at]);
            byte = static_cast<unsigned char>((byte & 0x03u) << 6 | (low & 0x3fu));
        }
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

// {{REP:text:count}}
void expand_repetitions(std::string& text)
{
    constexpr std::string_view open = "{{REP:";
    for (auto at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
        auto const end = text.find("}}", at);
        auto const colon = text.rfind(':', end);
        auto const unit = text.substr(at + open.size(), colon - at - open.size());
        std::string repeated;
        for (int count = std::stoi(text.substr(colon + 1, end - colon - 1)); count > 0; --count)
            repeated += unit;
        text.replace(at, end + 2 - at, repeated);
    }
}

std::string hexadecimal(std::size_t number)
{
    std::array<char, 16> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return {digits.data(), end};
}

std::string expand(std::string_view raw)
{
    auto text = to_bytes(raw);
    auto const length = hexadecimal(publish_body.size());
    replace_all(text, "{{HDR}}", "Host: {{HOST}}\r\n{{AUTH}}");
    replace_all(text, "{{AUTH}}", "");
    replace_all(text, "{{HOST}}", "127.0.0.1:8080");
    replace_all(text, "{{PUB}}", "/publish");
    replace_all(text, "{{GET}}", "/healthz");
    replace_all(text, "{{BODY}}", publish_body);
    replace_all(text, "{{LEN}}", std::to_string(publish_body.size()));
    replace_all(text, "{{HEXLENUP}}", boost::algorithm::to_upper_copy(length));
    replace_all(text, "{{HEXLEN}}", length);
    expand_repetitions(text);
    return text;
}

struct answers {
    std::vector<int> statuses = {};
    bool closed = false;
};

int answer(seen_request const& request)
{
    if (request.method == "TRACE") return 405;
    if (request.target.starts_with("/healthz")) return 200;
    if (request.target == "/publish") return request.body == publish_body ? 202 : 400;
    return 404;
}

answers serve(outcome const& seen, bool half_close)
{
    answers given{{}, half_close};
    for (auto const& request : seen.requests) {
        given.statuses.push_back(answer(request));
        if (request.keep_alive) continue;
        given.closed = true;
        return given;
    }
    if (seen.failure) {
        given.statuses.push_back(describe(*seen.failure).http_status);
        given.closed = true;
    }
    return given;
}

bool allows_status(json::array const& wanted, int status)
{
    return std::ranges::any_of(wanted, [&](json::value const& w) {
        return w.is_string() ? status / 100 == w.as_string().front() - '0' : w.as_int64() == status;
    });
}

bool holds(json::object const& expect, answers const& given)
{
    auto const count = static_cast<std::int64_t>(given.statuses.size());
    if (count == 0) return expect.contains("none_ok") && given.closed;
    if (auto const* wanted = expect.if_contains("status"))
        for (int const status : given.statuses)
            if (!allows_status(wanted->as_array(), status)) return false;
    if (auto const* exact = expect.if_contains("count"); exact && *exact != count) return false;
    if (auto const* most = expect.if_contains("max"); most && most->as_int64() < count)
        return false;
    auto const* closed = expect.if_contains("closed");
    return !closed || closed->as_bool() == given.closed;
}

void check_case(json::object const& c)
{
    auto const half_close = c.contains("eof");
    auto const given = serve(parse(expand(c.at("raw").as_string()), {}, half_close), half_close);
    auto const& expect = c.at("expect").as_object();
    auto const* other = expect.if_contains("alt");
    BOOST_TEST((holds(expect, given) || (other && holds(other->as_object(), given))),
               c.at("name").as_string()
                   << " [" << c.at("level").as_string() << "] " << given.statuses.size()
                   << " answers, last " << (given.statuses.empty() ? 0 : given.statuses.back())
                   << (given.closed ? ", closed" : ", open"));
}

}   // namespace

BOOST_AUTO_TEST_SUITE(http_conformance)

BOOST_AUTO_TEST_CASE(raw_requests_are_answered_as_the_cases_ask)
{
    std::ifstream file{case_file()};
    if (!file) {
        BOOST_TEST_MESSAGE("skipped: there is no " << case_file());
        return;
    }
    int checked = 0;
    for (std::string line; std::getline(file, line);) {
        auto const c = json::parse(line).as_object();
        if (std::ranges::find(groups, std::string_view{c.at("group").as_string()}) == groups.end())
            continue;
        check_case(c);
        ++checked;
    }
    BOOST_TEST_MESSAGE(checked << " cases checked");
    BOOST_TEST(checked > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}   // namespace thump::test
