// Handlers are destroyed with what they wait for, in whatever order things go.
#include <thump/broker.hpp>

#include <support/collector.hpp>
#include <support/print.hpp>
#include <support/run.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace thump;
using boost::system::error_code;
using test::settle;

struct fixture {
    std::optional<asio::io_context> context{std::in_place};
    // Whoever waits holds a share.
    std::shared_ptr<int> canary = std::make_shared<int>(0);

    [[nodiscard]] bool all_gone() const { return canary.use_count() == 1; }
};

}   // namespace

BOOST_FIXTURE_TEST_SUITE(broker_teardown, fixture)

BOOST_AUTO_TEST_CASE(handler_that_owns_its_subscription)
{
    {
        thump::broker broker{context->get_executor()};
        auto s = std::make_shared<subscription>(broker.subscribe());
        s->async_receive([s, c = canary](error_code, delivery) {});
        s.reset();
        settle(*context);
        BOOST_TEST(!all_gone());
    }
    context.reset();
    BOOST_TEST(all_gone());
}

BOOST_AUTO_TEST_CASE(coroutine_that_owns_its_subscription)
{
    {
        thump::broker broker{context->get_executor()};
        asio::co_spawn(
            *context,
            [](thump::broker& b, std::shared_ptr<int>) -> asio::awaitable<void> {
                auto s = b.subscribe();
                for (;;)
                    co_await s.async_receive(asio::use_awaitable);
            }(broker, canary),
            asio::detached);
        settle(*context);
        broker.publish({.type = "t"});
        settle(*context);
        BOOST_TEST(!all_gone());
    }
    context.reset();
    BOOST_TEST(all_gone());
}

BOOST_AUTO_TEST_CASE(coroutine_that_owns_broker_and_subscription)
{
    asio::co_spawn(
        *context,
        [](asio::io_context& io, std::shared_ptr<int>) -> asio::awaitable<void> {
            thump::broker b{io.get_executor()};
            auto s = b.subscribe();
            for (;;)
                co_await s.async_receive(asio::use_awaitable);
        }(*context, canary),
        asio::detached);
    settle(*context);
    BOOST_TEST(!all_gone());
    context.reset();
    BOOST_TEST(all_gone());
}

BOOST_AUTO_TEST_CASE(receive_that_was_completed_but_never_run)
{
    {
        thump::broker broker{context->get_executor()};
        auto s = std::make_shared<subscription>(broker.subscribe());
        s->async_receive([s, c = canary](error_code, delivery) {});
        s->unsubscribe();
    }
    context.reset();
    BOOST_TEST(all_gone());
}

BOOST_AUTO_TEST_CASE(publish_that_waits_for_its_receipt)
{
    {
        thump::broker broker{context->get_executor()};
        broker.async_publish({.type = "t"}, [c = canary](error_code, receipt) {});
        broker.async_publish({.type = "t"}, [c = canary](error_code, receipt) {});
        BOOST_TEST(!all_gone());
    }
    context.reset();
    BOOST_TEST(all_gone());
}

BOOST_AUTO_TEST_CASE(coroutine_that_owns_the_broker_and_waits_for_a_receipt)
{
    asio::co_spawn(
        *context,
        [](asio::io_context& io, std::shared_ptr<int>) -> asio::awaitable<void> {
            thump::broker b{io.get_executor()};
            event e{.type = "t"};
            co_await b.async_publish(std::move(e), asio::use_awaitable);
        }(*context, canary),
        asio::detached);
    context->run_one();
    BOOST_TEST(!all_gone());
    context.reset();
    BOOST_TEST(all_gone());
}

BOOST_AUTO_TEST_CASE(events_in_the_intake_and_in_queues)
{
    event_ptr kept;
    subscription s;
    {
        thump::broker broker{context->get_executor()};
        s = broker.subscribe();
        broker.publish({.type = "t"});
        settle(*context);
        error_code ec;
        kept = s.try_receive(ec).value().share();
        broker.publish({.type = "t"});
        settle(*context);
        broker.publish({.type = "t"});
    }
    context.reset();   // before the subscription
    BOOST_TEST(kept->type == "t");
    BOOST_TEST(test::take_all(s) == "2 stopped");
}

BOOST_AUTO_TEST_CASE(broker_goes_amid_its_own_turn)
{
    std::optional<thump::broker> broker{std::in_place, context->get_executor()};
    auto s = broker->subscribe();
    bool ended = false;
    s.async_receive([&](error_code, delivery) { broker.reset(); });
    s.async_receive([](error_code, delivery) {});
    s.async_receive([&](error_code ec, delivery) { ended = ec == errc::end_of_stream; });
    broker->publish({.type = "t"});
    broker->publish({.type = "t"});
    settle(*context);
    BOOST_TEST(!broker);
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_SUITE_END()
