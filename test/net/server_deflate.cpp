// permessage-deflate over the loopback: who gets it, and what it changes.
#include <support/loopback.hpp>
#include <support/ws_peer.hpp>

#include <wire/deflate.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

using namespace thump::test;

namespace {

thump::server_options compressing()
{
    thump::server_options options;
    options.permessage_deflate = true;
    options.max_message_bytes = 4096;
    return options;
}

ws_peer connect(loopback& at, std::string_view query = {}, std::string_view fields = deflate_offer)
{
    return ws_peer{at.connect(), query, fields};
}

std::string compressed_frame(std::string_view message)
{
    std::string payload;
    thump::wire::deflater{}.append(payload, message);
    return client_frame(payload, {.reserved = 4});
}

}   // namespace

BOOST_AUTO_TEST_SUITE(server_deflate)

BOOST_AUTO_TEST_CASE(compression_is_granted_only_where_it_is_configured)
{
    loopback off;
    BOOST_TEST(connect(off).extensions == "");
    loopback on{compressing()};
    BOOST_TEST(connect(on).extensions ==
               "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    BOOST_TEST(connect(on, {}, "").extensions == "");
    BOOST_TEST(connect(on, {},
                       "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n")
                   .extensions == "");
    // In several fields, as if they were one list.
    BOOST_TEST(connect(on, {},
                       "Sec-WebSocket-Extensions: x\r\nSec-WebSocket-Extensions: "
                       "permessage-deflate; server_max_window_bits=15\r\n")
                   .extensions ==
               "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
               "server_max_window_bits=15");
}

BOOST_AUTO_TEST_CASE(event_reaches_everybody_compressed_or_not)
{
    loopback at{compressing()};
    auto small = connect(at);
    auto plain = connect(at, {}, "");
    at.publish({.type = "a", .message = std::string(500, 'm')});
    auto const compressed = small.next();
    auto const whole = plain.next();
    BOOST_TEST(!compressed.raw.empty());
    BOOST_TEST(compressed.raw.size() < 250u);
    BOOST_TEST(whole.raw.empty());
    BOOST_TEST(compressed.payload == whole.payload);
    BOOST_TEST(at.broker->stats().ledger.delivered == 2u);
}

BOOST_AUTO_TEST_CASE(event_is_compressed_once_for_all_who_agreed)
{
    loopback at{compressing()};
    auto first = connect(at, "?types=a");
    auto second = connect(at, "?types=a,b");   // another filter, another group
    auto local = at.broker->subscribe({.types = {"a"}});
    at.publish({.type = "a", .message = std::string(500, 'm')});
    auto const one = first.next();
    auto const other = second.next();
    BOOST_TEST_REQUIRE(!one.raw.empty());
    BOOST_TEST(one.raw == other.raw);
    boost::system::error_code ec;
    auto const e = local.try_receive(ec);
    BOOST_TEST_REQUIRE(e->is_event());
    using thump::detail::encoding;
    auto const& frames = e->as_event()->frames;
    auto const& shared = frames.find(encoding::ws_json_deflate);
    BOOST_TEST_REQUIRE(static_cast<bool>(shared));
    BOOST_TEST(shared->bytes().ends_with(one.raw));
    BOOST_TEST(!frames.find(encoding::ws_json));   // nobody needed it
}

BOOST_AUTO_TEST_CASE(messages_of_a_client_may_be_compressed)
{
    loopback at{compressing()};
    auto p = connect(at);
    std::string const text(1000, 't');
    p.send(compressed_frame(R"({"op":"publish","ref":1,"event":{"type":"a","message":")" + text +
                            "\"}}"));
    BOOST_TEST(p.next_json().at("op") == "published");
    BOOST_TEST(p.next_json().at("message").as_string() == text);
    p.send_text(R"({"type":"b"})");
    BOOST_TEST(p.next_json().at("type") == "b");
}

BOOST_AUTO_TEST_CASE(subscription_that_replaces_another_is_compressed_too)
{
    loopback at{compressing()};
    auto p = connect(at, "?subscribe=false");
    p.send_text(R"({"op":"subscribe","types":["a"],"ref":1})");
    BOOST_TEST(p.next_json().at("op") == "subscribed");
    at.publish({.type = "a", .message = std::string(500, 'm')});
    BOOST_TEST(!p.next().raw.empty());
}

BOOST_AUTO_TEST_CASE(message_that_expands_past_the_limit_is_refused)
{
    loopback at{compressing()};
    auto p = connect(at);
    p.send(compressed_frame(std::string(std::size_t{4} << 20, ' ')));
    auto const end = p.next();
    BOOST_TEST(end.is_close());
    BOOST_TEST(end.close_code() == 1009);
}

// A few bytes may stand for much work.
BOOST_AUTO_TEST_CASE(others_have_their_turn_between_messages_that_expand)
{
    auto options = compressing();
    options.max_message_bytes = std::size_t{1} << 20;
    loopback at{std::move(options)};
    auto greedy = connect(at, "?subscribe=false");
    auto other = at.connect();
    constexpr int messages = 10;
    std::string all;
    for (int i = 0; i != messages; ++i)
        all += compressed_frame(R"({"op":"dance")" + std::string(1'000'000, ' ') + "}");
    BOOST_TEST(all.size() < 30'000u);   // arrives at once
    greedy.send(all);
    BOOST_TEST(greedy.next_json().at("op") == "error");
    other.send(get_request("/healthz"));
    BOOST_TEST(read_reply(other).status == 200);
    int answered = 1;
    while (auto const frame = greedy.take())
        answered += frame->json().at("op") == "error" ? 1 : 0;
    BOOST_TEST(answered < messages);
    for (; answered < messages; ++answered)
        BOOST_TEST(greedy.next_json().at("op") == "error");
}

BOOST_AUTO_TEST_CASE(breach_of_the_extension_closes_with_its_code)
{
    struct {
        std::string bytes;
        int code;
    } const cases[] = {
        {client_frame("\xff\xff", {.reserved = 4}), 1007},
        {client_frame("", {.opcode = 0x9, .reserved = 4}), 1002},
        {client_frame("{", {.fin = false}) + client_frame("}", {.opcode = 0x0, .reserved = 4}),
         1002},
        {client_frame("{}", {.reserved = 2}), 1002},
    };
    for (auto const& [bytes, code] : cases) {
        loopback at{compressing()};
        auto p = connect(at);
        p.send(bytes);
        BOOST_TEST(p.next().close_code() == code);
    }
}

BOOST_AUTO_TEST_CASE(cut_frames_are_ended_and_gaps_told_as_without)
{
    auto options = compressing();
    options.send_buffer_bytes = 4096;
    loopback at{options};
    ws_peer p{at.connect({.receive = 4096}), "?queue=5", deflate_offer};
    // What does not compress well, so that the socket takes only part of it.
    std::string noise;
    std::uint32_t state = 1;
    for (int i = 0; i != 3000; ++i)
        noise += static_cast<char>('0' + ((state = state * 1664525 + 1013904223) >> 24) % 64);
    std::erase(noise, '\\');
    for (int i = 0; i != 200; ++i)
        at.publish({.type = "a", .message = noise});
    at.settle();
    std::uint64_t events = 0;
    std::uint64_t lost = 0;
    while (events + lost < 200) {
        auto const record = p.next_json();
        if (record.contains("op"))
            lost += record.at("dropped").to_number<std::uint64_t>();
        else
            BOOST_TEST(record.at("seq").to_number<std::uint64_t>() == ++events + lost);
    }
    BOOST_TEST(lost > 0u);
    auto const ledger = at.broker->stats().ledger;
    BOOST_TEST(ledger.delivered == events);
    BOOST_TEST(ledger.dropped == lost);
}

BOOST_AUTO_TEST_SUITE_END()
