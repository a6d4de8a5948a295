#include <wire/stream_request.hpp>

#include <wire/faults.hpp>
#include <wire/json_pointer.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::literals;
using namespace thump;
using namespace thump::wire;

using pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

result<stream_request> build(pairs parameters, subscription_options const& defaults = {})
{
    stream_request_builder builder{defaults, 1000};
    for (auto const& [name, value] : parameters)
        if (auto const good = builder.set(name, value); !good) return good.error();
    return builder.finish();
}

std::string detail_of(pairs parameters)
{
    auto const made = build(parameters);
    return made ? "fine" : made.error().detail;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(stream_request_)

BOOST_AUTO_TEST_CASE(defaults_hold_where_nothing_is_asked)
{
    subscription_options const defaults{.types = {"ignored"},
                                        .queue = 7,
                                        .overflow = overflow::drop_oldest,
                                        .since = earliest{},
                                        .until = at_sequence{1},
                                        .name = "ignored"};
    auto const made = build({}, defaults).value();
    BOOST_TEST(made.subscription.types.empty());
    BOOST_TEST(made.subscription.name.empty());
    BOOST_TEST(made.subscription.queue == 7u);
    BOOST_TEST((made.subscription.overflow == overflow::drop_oldest));
    BOOST_TEST(made.subscribe);
    BOOST_TEST((made.format == stream_format::thump));
    BOOST_TEST(
        (!made.subscription.since && !made.subscription.until && !made.limit && !made.max_rate));
}

BOOST_AUTO_TEST_CASE(every_parameter_is_understood)
{
    auto const made = build({{"types", "service.*,task.failed"},
                             {"types", "node.>"},
                             {"meta.region", "eu"},
                             {"meta.region", "us"},
                             {"meta.a.b", "x,y"},
                             {"since", "last:5"},
                             {"until", "10m"},
                             {"limit", "1000"},
                             {"queue", "1000"},
                             {"max_rate", "0.5"},
                             {"overflow", "latest"},
                             {"key", "task_id"},
                             {"name", "reconciler"},
                             {"format", "cloudevents"},
                             {"subscribe", "false"}})
                          .value();
    auto const& s = made.subscription;
    BOOST_TEST(s.types == (std::vector<std::string>{"service.*", "task.failed", "node.>"}),
               boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(s.where.size() == 2u);
    BOOST_TEST((s.where[0] == metadata_condition{"region", {"eu", "us"}}));
    BOOST_TEST((s.where[1] == metadata_condition{"a.b", {"x,y"}}));
    BOOST_TEST((made.subscription.since == position{last_events{5}}));
    BOOST_TEST(made.limit.value() == 1000u);
    BOOST_TEST(made.max_rate.value() == 0.5);
    BOOST_TEST((s.overflow == overflow::latest));
    BOOST_TEST(s.key == "task_id");
    BOOST_TEST(s.name == "reconciler");
    BOOST_TEST((made.format == stream_format::cloudevents));
    BOOST_TEST(!made.subscribe);
}

BOOST_AUTO_TEST_CASE(an_unknown_parameter_is_named)
{
    BOOST_TEST(test::fault_of(build({{"type", "a"}})) == "unknown_parameter");
    BOOST_TEST(detail_of({{"type", "a"}}) == "there is no parameter 'type'");
    BOOST_TEST(detail_of({{"", ""}}) == "there is no parameter ''");
    BOOST_TEST(test::fault_of(build({{"meta", "a"}})) == "unknown_parameter");
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_told_with_what_was_expected)
{
    BOOST_TEST(detail_of({{"limit", "0"}}) ==
               "'limit' is '0'; it must be a whole number from 1 to 1000");
    BOOST_TEST(detail_of({{"overflow", "block"}}) ==
               "'overflow' is 'block'; it must be 'drop_newest', 'drop_oldest', 'latest', "
               "'catch_up' or 'disconnect'");
    BOOST_TEST(detail_of({{"name", "a\nb"}}).starts_with("'name' is 'a?b'; it must be"));
}

BOOST_AUTO_TEST_CASE(values_outside_of_their_range_are_refused)
{
    for (auto const& [name, value] : pairs{{"limit", "0"},        {"limit", "1001"},
                                           {"limit", "1x"},       {"limit", "-1"},
                                           {"limit", ""},         {"queue", "0"},
                                           {"queue", "1001"},     {"queue", "99999999999999999999"},
                                           {"max_rate", "0"},     {"max_rate", "-1"},
                                           {"max_rate", "1e-7"},  {"max_rate", "nan"},
                                           {"max_rate", "inf"},   {"max_rate", "1e7"},
                                           {"max_rate", "1e999"}, {"since", "yesterday"},
                                           {"until", ""},         {"since", ""},
                                           {"overflow", ""},      {"key", ""},
                                           {"key", "\xff"},       {"name", "\x7f"},
                                           {"name", "\xff"},      {"format", "xml"},
                                           {"subscribe", "1"},    {"types", "\xff"},
                                           {"types", ""},         {"types", "a,,b"},
                                           {"types", "a.*b"},     {"meta.", "x"},
                                           {"meta.\xff", "x"},    {"meta.k", "\xff"}})
        BOOST_TEST(test::fault_of(build({{name, value}})) == "invalid_parameter",
                   name << '=' << value);
    BOOST_TEST(test::fault_of(build({{"name", std::string(256, 'x')}})) == "invalid_parameter");
    BOOST_TEST(test::fault_of(build({{"name", std::string(255, 'x')}})) == "fine");
}

BOOST_AUTO_TEST_CASE(more_than_a_filter_has_is_refused_before_it_is_kept)
{
    stream_request_builder made{{}, 1000};
    for (int i = 0; i < 32; ++i)
        BOOST_TEST(made.set("meta." + std::to_string(i), "x").has_value());
    for (int i = 1; i < 64; ++i)
        BOOST_TEST(made.set("meta.0", std::to_string(i)).has_value());
    for (int i = 0; i < 64; ++i)
        BOOST_TEST(made.set("types", "t" + std::to_string(i)).has_value());
    BOOST_TEST(made.set("meta.one_more", "x").error().detail ==
               "'meta': there are more than 32 metadata conditions");
    BOOST_TEST(made.set("meta.0", "x").error().detail == "'meta.0': there are more than 64 values");
    BOOST_TEST(made.set("types", "t").error().detail ==
               "'types': there are more than 64 type patterns");
    BOOST_TEST(made.finish().value().subscription.where.size() == 32u);
}

BOOST_AUTO_TEST_CASE(a_parameter_given_twice_is_refused)
{
    for (auto const& [name, value] :
         pairs{{"limit", "1"}, {"queue", "1"}, {"since", "1"}, {"name", "n"}, {"format", "thump"}})
        BOOST_TEST(detail_of({{name, value}, {name, value}}) == quoted(name) + " is given twice");
}

BOOST_AUTO_TEST_CASE(the_last_event_id_stands_in_for_since)
{
    auto const made = build({{"last_event_id", "e:9"}, {"since", "earliest"}}).value();
    BOOST_TEST((made.subscription.since == position{cursor{"e", 9}}));
    // The header of a browser is what some server called its events: see `resume_after`.
    for (auto const& [text, known] :
         {std::pair{"e:8", cursor{"e", 8}}, std::pair{"8", cursor{"unknown", 0}},
          std::pair{"urn:uuid:1", cursor{"unknown", 0}}, std::pair{"", cursor{"e", 9}}}) {
        stream_request_builder builder{{}, 1000};
        BOOST_TEST(builder.set("last_event_id", "e:9").has_value());
        builder.resume_after(text);
        BOOST_TEST((builder.finish().value().subscription.since == position{known}));
    }
    BOOST_TEST((build({{"last_event_id", "7"}}).value().subscription.since ==
                position{cursor{"unknown", 0}}));
    BOOST_TEST(!build({{"last_event_id", ""}}).value().subscription.since);
}

BOOST_AUTO_TEST_CASE(effective_options_are_written_in_full)
{
    std::string out;
    append_subscription(out, stream_request{});
    BOOST_TEST(out == R"({"types":[">"],"meta":{},"queue":50,"overflow":"drop_newest",)"
                      R"("key":"type","format":"thump","subscribe":true})");
    out.clear();
    append_subscription(out, build({{"types", "a,b"},
                                    {"meta.k", "v\""},
                                    {"name", "n"},
                                    {"since", "e:1"},
                                    {"until", "2h"},
                                    {"limit", "5"},
                                    {"max_rate", "2.5"}})
                                 .value());
    BOOST_TEST(out ==
               R"({"types":["a","b"],"meta":{"k":["v\""]},"queue":50,)"
               R"("overflow":"drop_newest","key":"type","name":"n","since":"e:1",)"
               R"("until":"2h","limit":5,"max_rate":2.5,"format":"thump","subscribe":true})");
}

BOOST_AUTO_TEST_SUITE_END()
