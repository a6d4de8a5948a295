// What the strand and a receiver do to a subscription's queue in an order that only threads bring
// about.
#include <net/mailbox.hpp>

#include <core/history.hpp>
#include <thump/errc.hpp>

#include <support/make_event.hpp>
#include <support/print.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace {

using namespace thump;
using boost::system::error_code;
using detail::mailbox;

struct fixture {
    core::history history{{.max_events = 10}};
    std::shared_ptr<mailbox> box = std::make_shared<mailbox>(
        1,
        std::make_shared<detail::mailbox_plan const>(
            detail::mailbox_plan{.wanted = {},
                                 .limits = {.queue = 50},
                                 .name = {},
                                 .owner = {},
                                 .oldest_seq = std::make_shared<std::atomic<std::uint64_t>>(1)}),
        detail::mailbox_range{.since = earliest{}, .until = {}});

    fixture()
    {
        std::vector<core::evicted_event> gone;
        for (int i = 0; i != 3; ++i)
            history.push(test::make_event(history.end_seq(), {.type = "t"}), {}, gone);
    }

    error_code receive()
    {
        error_code ec;
        BOOST_TEST(!box->try_receive(ec).has_value());
        return ec;
    }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(mailbox_order, fixture)

BOOST_AUTO_TEST_CASE(one_that_told_its_end_before_it_began_stays_ended)
{
    BOOST_TEST(box->finish(errc::closed_by_operator));
    BOOST_TEST(receive() == errc::closed_by_operator);
    BOOST_TEST(!box->begin(history, {1, std::nullopt}, UINT64_MAX));
    BOOST_TEST(receive() == errc::closed_by_operator);
    BOOST_TEST(box->ledger().matched == 0u);
}

BOOST_AUTO_TEST_CASE(one_that_is_closed_before_it_began_is_still_read)
{
    BOOST_TEST(box->finish(errc::closed_by_operator));
    BOOST_TEST(!box->finish(errc::end_of_stream));
    box->begin(history, {1, std::nullopt}, UINT64_MAX);
    error_code ec;
    for (std::uint64_t seq = 1; seq != 4; ++seq)
        BOOST_TEST(box->try_receive(ec).value().as_event()->seq == seq);
    BOOST_TEST(receive() == errc::closed_by_operator);
}

BOOST_AUTO_TEST_SUITE_END()
