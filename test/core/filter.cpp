#include <thump/filter.hpp>

#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

namespace {

using namespace thump;
using strings = std::vector<std::string>;
using conditions = std::vector<metadata_condition>;

bool fits(std::string_view pattern, std::string_view type)
{
    return type_pattern::parse(pattern).value().matches(type);
}

// The sentence that says what is wrong with a pattern; empty where nothing is.
std::string fault_of(std::string_view pattern)
{
    auto const parsed = type_pattern::parse(pattern);
    if (parsed) return {};
    BOOST_TEST(parsed.error().code == errc::invalid_parameter);
    return parsed.error().detail;
}

filter make(strings const& patterns, conditions const& where = {})
{
    return filter::make(patterns, where).value();
}

bool refused(strings const& patterns, conditions const& where = {})
{
    auto const made = filter::make(patterns, where);
    return !made && made.error().code == errc::invalid_parameter && !made.error().detail.empty();
}

event with(metadata m)
{
    return {.type = "task.failed", .metadata = std::move(m)};
}

}   // namespace

BOOST_AUTO_TEST_SUITE(type_pattern_)

BOOST_AUTO_TEST_CASE(literal_matches_itself_alone)
{
    BOOST_TEST(fits("task.failed", "task.failed"));
    BOOST_TEST(!fits("task.failed", "task.failed.again"));
    BOOST_TEST(!fits("task.failed", "task"));
    BOOST_TEST(!fits("task.failed", "task.faile"));
    BOOST_TEST(!fits("task.failed", "task.failedx"));
    BOOST_TEST(!fits("task.failed", "Task.failed"));
    BOOST_TEST(!fits("task", "task.failed"));
}

BOOST_AUTO_TEST_CASE(star_stands_for_exactly_one_token)
{
    BOOST_TEST(fits("task.*", "task.failed"));
    BOOST_TEST(!fits("task.*", "task"));
    BOOST_TEST(!fits("task.*", "task.failed.again"));
    BOOST_TEST(fits("*", "task"));
    BOOST_TEST(!fits("*", "task.failed"));
    BOOST_TEST(fits("*.failed", "task.failed"));
    BOOST_TEST(fits("a.*.c", "a.b.c"));
    BOOST_TEST(!fits("a.*.c", "a.c"));
    BOOST_TEST(fits("*.*", "a.b"));
}

BOOST_AUTO_TEST_CASE(greater_than_stands_for_one_token_or_more)
{
    BOOST_TEST(fits(">", "task"));
    BOOST_TEST(fits(">", "task.failed.again"));
    BOOST_TEST(fits("task.>", "task.failed"));
    BOOST_TEST(fits("task.>", "task.failed.again"));
    BOOST_TEST(!fits("task.>", "task"));
    BOOST_TEST(!fits("task.>", "node.left"));
    BOOST_TEST(fits("*.>", "a.b"));
    BOOST_TEST(!fits("*.>", "a"));
}

BOOST_AUTO_TEST_CASE(patterns_keep_to_their_grammar)
{
    for (auto const good : {"a", "*", ">", "a.*", "*.a", "a.>", "*.*.>", "A-b_9.x"})
        BOOST_TEST(fault_of(good) == "");
    for (auto const bad : {"", ".", "a.", ".a", "a..b", ">.a", "a.>.b", "a*", "*a", "a.b*", "**",
                           ">>", "a b", "a.b ", "a/b", "\xc3\xa9", "a.\n", "a,b"})
        BOOST_TEST(fault_of(bad) != "");
    BOOST_TEST(fault_of(std::string(255, 'a')) == "");
    BOOST_TEST(fault_of(std::string(256, 'a')) != "");
}

BOOST_AUTO_TEST_CASE(fault_names_pattern_and_token)
{
    BOOST_TEST(fault_of("task.fa iled").find("'task.fa iled'") != std::string::npos);
    BOOST_TEST(fault_of("task.fa iled").find("token 'fa iled'") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(event_type)

BOOST_AUTO_TEST_CASE(is_dot_separated_tokens)
{
    for (auto const good : {"a", "a.b", "service.created", "A-b_9.x.y.z", "-", "_"})
        BOOST_TEST(is_valid_type(good));
    for (auto const bad :
         {"", ".", "a.", ".a", "a..b", "a b", "*", "a.>", "a\n", "\xc3\xa9", "a/b"})
        BOOST_TEST(!is_valid_type(bad));
    BOOST_TEST(!is_valid_type(std::string_view{"a\0b", 3}));
}

BOOST_AUTO_TEST_CASE(is_at_most_255_bytes_long)
{
    BOOST_TEST(is_valid_type(std::string(255, 'a')));
    BOOST_TEST(!is_valid_type(std::string(256, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(filter_)

BOOST_AUTO_TEST_CASE(default_matches_everything)
{
    BOOST_TEST(filter{}.matches({.type = "anything.at.all"}));
    BOOST_TEST((filter{} == make({})));
    BOOST_TEST((filter{} == make({">"})));
    BOOST_TEST(filter{}.to_string() == ">");
}

BOOST_AUTO_TEST_CASE(any_pattern_suffices)
{
    auto const f = make({"task.*", "node.down"});
    BOOST_TEST(f.matches({.type = "task.failed"}));
    BOOST_TEST(f.matches({.type = "node.down"}));
    BOOST_TEST(!f.matches({.type = "node.left"}));
}

BOOST_AUTO_TEST_CASE(different_keys_must_all_hold)
{
    auto const f = make({}, {{"region", {"eu"}}, {"tier", {"1"}}});
    BOOST_TEST(f.matches(with({{"region", "eu"}, {"tier", "1"}, {"more", "x"}})));
    BOOST_TEST(!f.matches(with({{"region", "eu"}, {"tier", "2"}})));
    BOOST_TEST(!f.matches(with({{"region", "eu"}})));
    BOOST_TEST(!f.matches(with({})));
}

BOOST_AUTO_TEST_CASE(same_key_again_is_an_alternative)
{
    for (auto const& f : {make({}, {{"region", {"eu"}}, {"region", {"us"}}}),
                          make({}, {{"region", {"us", "eu"}}})}) {
        BOOST_TEST(f.matches(with({{"region", "eu"}})));
        BOOST_TEST(f.matches(with({{"region", "us"}})));
        BOOST_TEST(!f.matches(with({{"region", "ap"}})));
        BOOST_TEST(!f.matches(with({{"region", "eu|us"}})));
    }
}

BOOST_AUTO_TEST_CASE(types_and_metadata_must_both_match)
{
    auto const f = make({"task.failed"}, {{"region", {"eu"}}});
    BOOST_TEST(f.matches(with({{"region", "eu"}})));
    BOOST_TEST(!f.matches({.type = "task.created", .metadata = {{"region", "eu"}}}));
}

BOOST_AUTO_TEST_CASE(empty_value_is_wanted_like_any_other)
{
    auto const f = make({}, {{"region", {""}}});
    BOOST_TEST(f.matches(with({{"region", ""}})));
    BOOST_TEST(!f.matches(with({})));
}

BOOST_AUTO_TEST_CASE(order_and_repetition_make_no_difference)
{
    auto const a = make({"b", "a", "b"}, {{"y", {"2", "1", "2"}}, {"x", {"1"}}});
    auto const b = make({"a", "b"}, {{"x", {"1"}}, {"y", {"1"}}, {"y", {"2"}}});
    BOOST_TEST((a == b));
    BOOST_TEST(a.to_string() == b.to_string());
    BOOST_TEST(a.to_string() == "a,b meta.x=1 meta.y=1|2");
    BOOST_TEST(!(a == make({"a", "b"})));
}

BOOST_AUTO_TEST_CASE(text_tells_different_filters_apart)
{
    std::vector<filter> const different{
        make({}),
        make({}, {{"k", {"a|b"}}}),
        make({}, {{"k", {"a", "b"}}}),
        make({}, {{"k", {"a meta.l=b"}}}),
        make({}, {{"k", {"a"}}, {"l", {"b"}}}),
        make({}, {{"k=a", {"b"}}}),
        make({}, {{"k", {"a=b"}}}),
        make({}, {{"k", {""}}}),
        make({}, {{"k", {"%7C"}}}),
        make({}, {{"k", {"|"}}}),
    };
    for (auto const& a : different)
        for (auto const& b : different)
            BOOST_TEST((a == b) == (a.to_string() == b.to_string()));
}

BOOST_AUTO_TEST_CASE(text_stays_in_one_line)
{
    auto const text = make({}, {{"k\r", {std::string{"a\nb\0c\x7f", 6}}}}).to_string();
    BOOST_TEST(std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
}

BOOST_AUTO_TEST_CASE(bad_conditions_are_refused)
{
    BOOST_TEST(refused({"a..b"}));
    BOOST_TEST(refused({}, {{"", {"x"}}}));
    BOOST_TEST(refused({}, {{"k", {}}}));
    BOOST_TEST(refused({}, {{std::string(1025, 'k'), {"x"}}}));
    BOOST_TEST(refused({}, {{"k", {std::string(1025, 'v')}}}));
    BOOST_TEST(!refused({}, {{std::string(1024, 'k'), {std::string(1024, 'v')}}}));
}

BOOST_AUTO_TEST_CASE(number_of_conditions_is_bounded)
{
    BOOST_TEST(!refused(strings(64, "a")));
    BOOST_TEST(refused(strings(65, "a")));

    conditions many;
    for (int i = 0; i < 32; ++i)
        many.push_back({std::to_string(i), {"v"}});
    BOOST_TEST(!refused({}, many));
    many.push_back({"32", {"v"}});
    BOOST_TEST(refused({}, many));

    strings values;
    for (int i = 0; i < 64; ++i)
        values.push_back(std::to_string(i));
    BOOST_TEST(!refused({}, {{"k", values}}));
    BOOST_TEST(refused({}, {{"k", values}, {"k", {"one more"}}}));
}

BOOST_AUTO_TEST_SUITE_END()
