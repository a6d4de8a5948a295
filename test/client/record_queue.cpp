#include <client/record_queue.hpp>

#include <thump/errc.hpp>
#include <thump/stream.hpp>

#include <client/stream_site.hpp>
#include <support/print.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace thump;
using boost::system::error_code;
using client_side::record_queue;

struct fixture {
    asio::io_context ioc;
    int told_of_room = 0;
    std::shared_ptr<record_queue> queue = std::make_shared<record_queue>(
        ioc.get_executor(), 2, cursor{"e0", 9}, [this] { ++told_of_room; });
    std::vector<std::string> got;

    // What was received, in the order in which handlers ran: a number, or an error's text.
    auto note()
    {
        return [this](error_code ec, stream_record const& record) {
            auto const* const e = std::get_if<received_event>(&record);
            got.push_back(ec ? ec.message() : e ? std::to_string(e->event.seq) : "another");
        };
    }

    template <class Handler>
    void receive(Handler handler)
    {
        auto const ex = asio::any_io_executor{ioc.get_executor()};
        queue->await(record_queue::waiter_list::receive_handler{std::move(handler), ex, ex});
    }

    void wait()
    {
        auto const ex = asio::any_io_executor{ioc.get_executor()};
        auto const handler = [this](error_code ec) { got.push_back("wait " + ec.message()); };
        queue->await(record_queue::waiter_list::wait_handler{handler, ex, ex});
    }

    void push(std::uint64_t seq)
    {
        queue->push(received_event{{.type = "t", .seq = seq}, {}}, seq);
    }

    std::optional<std::uint64_t> take()
    {
        error_code ec;
        auto const record = queue->try_receive(ec);
        if (!record) return std::nullopt;
        auto const* const e = std::get_if<received_event>(&*record);
        return e ? e->event.seq : 0;
    }
};

error ended()
{
    return {make_error_code(errc::end_of_stream), "it is over", {}, {}, {}};
}

}   // namespace

BOOST_FIXTURE_TEST_SUITE(records_read_ahead, fixture)

BOOST_AUTO_TEST_CASE(receives_are_served_in_their_order_and_never_inside_a_call)
{
    receive(note());
    push(1);
    push(2);
    receive(note());
    receive(note());
    push(3);
    BOOST_TEST(got.empty());
    ioc.run();
    BOOST_TEST(got == (std::vector<std::string>{"1", "2", "3"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(cursor_is_of_what_was_received)
{
    BOOST_TEST((queue->cursor() == cursor{"e0", 9}));
    queue->push(stream_connected{"e1", 5, 2, std::nullopt}, 3);
    push(4);
    push(5);
    BOOST_TEST((queue->cursor() == cursor{"e0", 9}));
    BOOST_TEST((take() == 0u));
    BOOST_TEST((queue->cursor() == cursor{"e1", 3}));
    BOOST_TEST((take() == 4u));
    BOOST_TEST((queue->cursor() == cursor{"e1", 4}));
    receive(note());
    BOOST_TEST((queue->cursor() == cursor{"e1", 5}));
}

BOOST_AUTO_TEST_CASE(reader_is_told_of_room_once_and_only_if_it_asked)
{
    push(1);
    BOOST_TEST(queue->has_room());
    push(2);
    BOOST_TEST(!queue->has_room());
    BOOST_TEST(told_of_room == 0);
    BOOST_TEST((take() == 1u));
    BOOST_TEST((take() == 2u));
    BOOST_TEST(told_of_room == 1);
}

BOOST_AUTO_TEST_CASE(end_stands_behind_what_waits)
{
    push(1);
    queue->end(ended());
    BOOST_TEST(queue->failure().detail == "it is over");
    receive(note());
    receive(note());
    ioc.run();
    BOOST_TEST(got == (std::vector<std::string>{"1", ended().code.message()}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(closing_is_at_once_and_does_not_change_the_reason)
{
    push(1);
    queue->end(ended());
    queue->close({make_error_code(errc::unsubscribed), "closed here", {}, {}, {}});
    push(2);
    error_code ec;
    BOOST_TEST(!queue->try_receive(ec).has_value());
    BOOST_TEST(ec == make_error_code(errc::end_of_stream));
    BOOST_TEST((queue->cursor() == cursor{"e0", 9}));
}

BOOST_AUTO_TEST_CASE(cancelled_receive_takes_nothing)
{
    asio::cancellation_signal signal;
    receive(asio::bind_cancellation_slot(signal.slot(), note()));
    receive(note());
    signal.emit(asio::cancellation_type::terminal);
    push(1);
    ioc.run();
    BOOST_TEST(got == (std::vector<std::string>{
                          error_code{asio::error::operation_aborted}.message(), "1"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(wait_leaves_what_it_waits_for)
{
    wait();
    receive(note());
    wait();
    push(1);
    ioc.poll();
    BOOST_TEST(got == (std::vector<std::string>{"wait Success", "1"}),
               boost::test_tools::per_element());
    push(2);
    queue->end(ended());
    wait();
    BOOST_TEST((take() == 2u));
    wait();
    ioc.restart();
    ioc.poll();
    BOOST_TEST(got == (std::vector<std::string>{"wait Success", "1", "wait Success", "wait Success",
                                                "wait " + ended().code.message()}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(signal_may_come_when_the_queue_has_gone)
{
    asio::cancellation_signal signal;
    receive(asio::bind_cancellation_slot(signal.slot(), note()));
    queue->close(ended());
    queue.reset();   // the handler is posted, and has yet to run
    signal.emit(asio::cancellation_type::total);
    ioc.run();
    signal.emit(asio::cancellation_type::total);
    BOOST_TEST(got == (std::vector<std::string>{ended().code.message()}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(receives_that_own_the_queue_go_with_the_context)
{
    std::weak_ptr<record_queue> watched;
    {
        asio::io_context short_lived;
        auto const ex = asio::any_io_executor{short_lived.get_executor()};
        queue = std::make_shared<record_queue>(ex, 2, std::nullopt, [] {});
        watched = queue;
        auto const handler = [own = queue](error_code, stream_record const&) {};
        queue->await(record_queue::waiter_list::receive_handler{handler, ex, ex});
        queue.reset();
    }
    BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_SUITE_END()
