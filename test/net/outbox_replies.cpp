#include <net/outbox.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

using thump::net::outbox;

std::string_view unsent(outbox& o)
{
    std::string_view const bytes = o.bytes();
    return bytes.substr(bytes.size() - o.byte_count());
}

}   // namespace

BOOST_AUTO_TEST_SUITE(outbox_replies)

BOOST_AUTO_TEST_CASE(replies_that_are_never_all_sent_take_bounded_memory)
{
    outbox replies;
    std::string expected(1500, 'x');
    replies.push_bytes(expected);
    for (int i = 0; i < 1000; ++i) {
        std::string const next(1000, static_cast<char>('a' + i % 26));
        replies.push_bytes(next);
        replies.consume(nullptr, next.size());
        expected = (expected + next).substr(next.size());
        BOOST_REQUIRE_EQUAL(unsent(replies), expected);
        BOOST_REQUIRE_LE(replies.bytes().size(), 2 * (expected.size() + next.size()));
    }
}

BOOST_AUTO_TEST_CASE(replies_that_are_all_sent_leave_no_memory_behind)
{
    outbox replies;
    replies.push_bytes(std::string(100'000, 'x'));
    replies.consume(nullptr, 60'000);
    replies.consume(nullptr, 40'000);
    BOOST_TEST(replies.idle(nullptr));
    BOOST_TEST(replies.bytes().capacity() == std::string{}.capacity());
}

BOOST_AUTO_TEST_SUITE_END()
