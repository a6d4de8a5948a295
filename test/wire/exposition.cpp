#include <wire/exposition.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

using namespace thump::wire;

namespace {

template <class Write>
std::string write(exposition_form form, Write what)
{
    std::string out;
    exposition to{out, form};
    what(to);
    to.end();
    return out;
}

template <class Write>
std::string text(Write what)
{
    return write(exposition_form::prometheus_text, what);
}

template <class Write>
std::string open(Write what)
{
    return write(exposition_form::openmetrics, what);
}

constexpr metric_family events{"events", metric_kind::counter, "Events.", {}};

}   // namespace

BOOST_AUTO_TEST_SUITE(wire_exposition)

BOOST_AUTO_TEST_CASE(counter_has_its_suffix_in_both_forms_and_openmetrics_names_the_family_without)
{
    auto const counter = [](exposition& to) { to.only(events, std::uint64_t{7}); };
    BOOST_TEST(text(counter) == "# HELP events_total Events.\n"
                                "# TYPE events_total counter\n"
                                "events_total 7\n");
    BOOST_TEST(open(counter) == "# HELP events Events.\n"
                                "# TYPE events counter\n"
                                "events_total 7\n"
                                "# EOF\n");
}

BOOST_AUTO_TEST_CASE(info_is_a_gauge_of_one_in_the_older_form)
{
    auto const info = [](exposition& to) {
        to.begin({"build", metric_kind::info, "What runs.", {}});
        to.sample(std::uint64_t{1}, {{"version", "1.2"}});
    };
    BOOST_TEST(text(info) == "# HELP build_info What runs.\n"
                             "# TYPE build_info gauge\n"
                             "build_info{version=\"1.2\"} 1\n");
    BOOST_TEST(open(info) == "# HELP build What runs.\n"
                             "# TYPE build info\n"
                             "build_info{version=\"1.2\"} 1\n"
                             "# EOF\n");
}

BOOST_AUTO_TEST_CASE(unit_is_told_in_openmetrics)
{
    auto const gauge = [](exposition& to) {
        to.only({"age_seconds", metric_kind::gauge, "Age.", "seconds"}, 0.5);
    };
    BOOST_TEST(text(gauge) == "# HELP age_seconds Age.\n# TYPE age_seconds gauge\n"
                              "age_seconds 0.5\n");
    BOOST_TEST(open(gauge) == "# HELP age_seconds Age.\n# TYPE age_seconds gauge\n"
                              "# UNIT age_seconds seconds\nage_seconds 0.5\n# EOF\n");
}

BOOST_AUTO_TEST_CASE(samples_of_a_family_differ_by_labels)
{
    BOOST_TEST(text([](exposition& to) {
                   to.begin(events);
                   to.sample(std::uint64_t{1}, {{"type", "a"}, {"by", "b"}});
                   to.sample(std::uint64_t{2}, {{"type", "c"}});
               }) == "# HELP events_total Events.\n"
                     "# TYPE events_total counter\n"
                     "events_total{type=\"a\",by=\"b\"} 1\n"
                     "events_total{type=\"c\"} 2\n");
}

BOOST_AUTO_TEST_CASE(no_text_can_forge_a_line_or_a_label)
{
    auto const hostile = [](exposition& to) {
        to.begin({"a", metric_kind::gauge, "x\ny\\z\"", {}});
        to.sample(std::uint64_t{1}, {{"l", "1\"} 2\nb 3\\"}});
    };
    BOOST_TEST(text(hostile) == "# HELP a x\\ny\\\\z\"\n# TYPE a gauge\n"
                                "a{l=\"1\\\"} 2\\nb 3\\\\\"} 1\n");
    BOOST_TEST(open(hostile) == "# HELP a x\\ny\\\\z\\\"\n# TYPE a gauge\n"
                                "a{l=\"1\\\"} 2\\nb 3\\\\\"} 1\n# EOF\n");
}

BOOST_AUTO_TEST_CASE(numbers_are_short_and_exact)
{
    auto const written = [](double value) {
        auto const all = text([&](exposition& to) {
            to.only({"a", metric_kind::gauge, {}, {}}, value);
        });
        auto const at = all.rfind(' ') + 1;
        return all.substr(at, all.size() - at - 1);
    };
    BOOST_TEST(written(0) == "0");
    BOOST_TEST(written(1) == "1");
    BOOST_TEST(written(0.1) == "0.1");
    BOOST_TEST(written(-2.5) == "-2.5");
    BOOST_TEST(written(1e-4) == "0.0001");
    BOOST_TEST(written(2.5e-6) == "2.5e-06");
    BOOST_TEST(written(1764061200.123) == "1764061200.123");
    BOOST_TEST(written(9007199254740993.0) == "9007199254740992");
    BOOST_TEST(written(std::numeric_limits<double>::infinity()) == "+Inf");
    BOOST_TEST(written(-std::numeric_limits<double>::infinity()) == "-Inf");
    BOOST_TEST(written(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

BOOST_AUTO_TEST_CASE(histogram_is_cumulative_and_its_bounds_are_the_same_labels_in_both_forms)
{
    constexpr std::array bounds{1e-6, 0.5, 1.0};
    constexpr std::array<std::uint64_t, 4> counts{1, 0, 2, 4};
    auto const histogram = [&](exposition& to) {
        to.begin({"h_seconds", metric_kind::histogram, "H.", "seconds"});
        to.histogram(bounds, counts, 12.5);
    };
    std::string const samples = "h_seconds_bucket{le=\"1e-06\"} 1\n"
                                "h_seconds_bucket{le=\"0.5\"} 1\n"
                                "h_seconds_bucket{le=\"1.0\"} 3\n"
                                "h_seconds_bucket{le=\"+Inf\"} 7\n"
                                "h_seconds_sum 12.5\n"
                                "h_seconds_count 7\n";
    BOOST_TEST(text(histogram) == "# HELP h_seconds H.\n# TYPE h_seconds histogram\n" + samples);
    BOOST_TEST(open(histogram) == "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
                                  "# UNIT h_seconds seconds\n" +
                                      samples + "# EOF\n");
}

BOOST_AUTO_TEST_CASE(histogram_of_what_there_is_now_says_so_in_openmetrics)
{
    constexpr std::array bounds{10.0};
    constexpr std::array<std::uint64_t, 2> counts{3, 1};
    auto const histogram = [&](exposition& to) {
        to.begin({"lag", metric_kind::gauge_histogram, "Lag.", {}});
        to.histogram(bounds, counts, 60);
    };
    BOOST_TEST(text(histogram) == "# HELP lag Lag.\n# TYPE lag histogram\n"
                                  "lag_bucket{le=\"10.0\"} 3\nlag_bucket{le=\"+Inf\"} 4\n"
                                  "lag_sum 60\nlag_count 4\n");
    BOOST_TEST(open(histogram) == "# HELP lag Lag.\n# TYPE lag gaugehistogram\n"
                                  "lag_bucket{le=\"10.0\"} 3\nlag_bucket{le=\"+Inf\"} 4\n"
                                  "lag_gsum 60\nlag_gcount 4\n# EOF\n");
}

BOOST_AUTO_TEST_CASE(content_types_name_their_versions)
{
    BOOST_TEST(content_type_of(exposition_form::prometheus_text) ==
               "text/plain; version=0.0.4; charset=utf-8");
    BOOST_TEST(content_type_of(exposition_form::openmetrics) ==
               "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()
