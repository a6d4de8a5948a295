// The invariants against some thousand inputs, the same ones at every run. THUMP_FUZZ_SEED in the
// environment makes them others, THUMP_FUZZ_RUNS more.
#include <fuzz/invariants.hpp>
#include <fuzz/mutator.hpp>
#include <support/ws_client_frames.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::literals;
using namespace thump::test;

std::uint32_t from_environment(char const* name, std::uint32_t otherwise)
{
    auto const* const text = std::getenv(name);
    return text ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

std::string printable(std::string_view bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (char const c : bytes) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f)
            text += c;
        else
            text += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
    return text;
}

void try_to_break(std::string (*broken)(std::string_view), std::span<std::string const> corpus,
                  std::span<std::string_view const> tokens)
{
    auto const seed = from_environment("THUMP_FUZZ_SEED", 20'240'501);
    auto const runs = from_environment("THUMP_FUZZ_RUNS", 20'000);
    BOOST_TEST_MESSAGE("THUMP_FUZZ_SEED=" << seed << " THUMP_FUZZ_RUNS=" << runs);
    for (auto const& input : corpus)
        BOOST_TEST(broken(input) == "", printable(input));
    mutator inputs{seed, corpus, tokens};
    for (std::uint32_t run = 0; run != runs; ++run) {
        auto const input = inputs.next();
        if (auto const what = broken(input); !what.empty())
            BOOST_ERROR(what << "\nseed " << seed << ", run " << run << ": " << printable(input));
    }
}

std::string_view const json_tokens[] = {"\"type\":\"a\"",
                                        "\"id\":\"i\"",
                                        "\"metadata\":{}",
                                        "\"data\":",
                                        "\"source\":\"/s\"",
                                        "\"message\":\"\"",
                                        "\"seq\":1",
                                        "\"op\":",
                                        "\"ref\":",
                                        "\"event\":",
                                        "\"specversion\":\"1.0\",",
                                        "\"types\":",
                                        "\"meta\":",
                                        "\\ud83d\\ude00",
                                        "\\ud800",
                                        "\\udc00",
                                        "\\u000b",
                                        "\\u0000",
                                        "\"\\\\\"",
                                        "1e999",
                                        "-0.0",
                                        "null",
                                        "true",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        ",",
                                        ":",
                                        "\"",
                                        "\r\n",
                                        "\xc3\xa9",
                                        "\xf0\x9f\x98\x80",
                                        "\xed\xa0\x80",
                                        "[[[[[[[[[[",
                                        "]]]]]]]]]]",
                                        "2024-01-01T00:00:00Z"};

std::vector<std::string> const events = {
    R"({"type":"a"})",
    R"({"type":"task.failed","id":"x","timestamp":"2024-05-01T12:00:00.5+02:00","message":"é\n\"",)"
    R"("metadata":{"k":"v","l":"\u0001"},"source":"/s?q","data":{"a":[1,2.0,{"b":null}],"c":"\t"}})",
    R"([{"type":"a"},{"type":"b","data":[[[[]]]]}])",
    "{\"type\":\"a\"}\n\n{\"type\":\"b\",\"data\":\"x\"}\r\n",
    R"({"data":-1.5e+10,"type":"a-b_c.D9"})"};

std::vector<std::string> const messages = {
    R"({"type":"a","message":"m"})",
    R"({"op":"publish","event":{"type":"a","data":[1]},"ref":{"n":[1,2]}})",
    R"({"op":"subscribe","types":["a.*",">"],"meta":{"k":["v","w"],"l":"x"},"meta.m":"y",)"
    R"("since":12,"until":"2h","queue":"30","limit":5,"max_rate":2.5,"overflow":"latest",)"
    R"("key":"k","name":"n","format":"cloudevents","subscribe":true,"ref":1})",
    R"({"specversion":"1.0","id":"i","source":"/s","type":"thump.subscribe","data":{"queue":3}})",
    R"({"specversion":"1.0","id":"i","source":"/s","type":"thump.publish","data":{"ref":1,"event":)"
    R"({"specversion":"1.0","id":"i","source":"/s","type":"a"}}})",
    R"({"op":"subscribe","since":"e:4","last_event_id":"e:9"})",
    R"({"ref":null,"op":"ping"})"};

std::vector<std::string> const cloud_events = {
    R"({"specversion":"1.0","id":"i","source":"/s","type":"a"})",
    R"({"specversion":"1.0","id":"i","source":"/s","type":"a.b","time":"2024-05-01T12:00:00Z",)"
    R"("subject":"s","dataschema":"urn:x","datacontenttype":"text/xml","x":5,"y":true,"z":null,)"
    R"("data":"<a/>"})",
    R"({"specversion":"1.0","id":"i","source":"urn:thump:unspecified","type":"a","sequence":)"
    R"("00000000000000000042","publishersequence":"7","datacontenttype":"application/json",)"
    R"("dataschema":"urn:thump:event","data":{"message":"m","metadata":{"k":"v","ce-x:integer":)"
    R"("5"},"data":[1]}})",
    R"({"specversion":"1.0","id":"i","source":"/s","type":"a","sequence":7,"data_base64":"AAE="})"};

std::string_view const cloud_tokens[] = {"\"specversion\":\"1.0\",",
                                         "\"subject\":\"\",",
                                         "\"x\":5,",
                                         "\"x\":\"5\",",
                                         "\"sequence\":\"00000000000000000042\",",
                                         "\"publishersequence\":1,",
                                         "\"dataschema\":\"urn:thump:event\",",
                                         "\"datacontenttype\":\"application/json\",",
                                         "\"data_base64\":\"AAEC\",",
                                         "\"data\":",
                                         "\"ce-data\":\"base64\",",
                                         "\"ce-x\":\"\",",
                                         ":integer",
                                         ":boolean",
                                         "ce-",
                                         "null",
                                         "-0",
                                         "\\u0041",
                                         "\\u0080",
                                         "\xef\xbf\xbf",
                                         "{",
                                         "}",
                                         ",",
                                         "[[[[[[[[[[",
                                         "]]]]]]]]]]"};

std::vector<std::string> const cloud_messages = {
    "application/json\nce-specversion:1.0\nce-id:i\nce-source:/s\nce-type:a\n\n{\"a\":[1]}",
    "text/plain\nCE-Specversion:1.0\nce-id:\"i \\\"j\"\nce-source:/s\nce-type:a\nce-subject:"
    "%E2%82%AC%20\nce-x:5\nce-time:2024-05-01T12:00:00Z\n\nhello \"you\"",
    "application/json\nce-specversion:1.0\nce-id:i\nce-source:/s\nce-type:a\nce-dataschema:"
    "urn:thump:event\n\n{\"metadata\":{\"k\":\"v\"}}"};

std::string_view const header_tokens[] = {
    "\n",   "ce-", "CE-x:",    "%41",  "%e2%82%ac", "%zz", "ce-sequence:", "\"", "\\", "text/",
    "\n\n", "{}",  "ce-data:", "\x7f", "\xc2\x80",  ":",   "\xff"};

// Metadata that looks as if it had been attributes.
std::vector<std::string> const attributes = {
    R"({"type":"a","message":"m","metadata":{"ce-x":"a","ce-x:integer":"5","ce-x:boolean":"true",)"
    R"("ce-subject":"s","ce-dataschema":"urn:x","ce-datacontenttype":"application/json"}})",
    R"({"type":"a","metadata":{"ce-data":"base64","ce-sequence":"7"},"data":"AA\u0041C"})",
    R"({"type":"a","metadata":{"ce-datacontenttype":"text/xml"},"data":"<a\/>"})"};

std::string_view const frame_tokens[] = {"\x81\x80\0\0\0\0"sv,
                                         "\x01\x81\0\0\0\0a"sv,
                                         "\x80\x81\0\0\0\0b"sv,
                                         "\x89\x81\0\0\0\0p"sv,
                                         "\x88\x80\0\0\0\0"sv,
                                         "\x88\x82\0\0\0\0\x03\xe8"sv,
                                         "\x81\xfe\0\x7e\0\0\0\0"sv,
                                         "\xff"sv,
                                         "\xe2\x82"sv,
                                         "\x81\xff\0\0\0\0\0\1\0\0"sv,
                                         "\xc3\xa9"sv,
                                         "\x82\x81\1\2\3\4\5"sv};

// The mask is nought, so that what the tokens spell arrives.
std::string frame(std::string_view payload, std::uint8_t opcode, bool fin = true)
{
    return client_frame(payload, {.opcode = opcode, .fin = fin, .key = {}});
}

std::vector<std::string> const streams = {
    frame("hello", 1) + frame("", 9) + frame("x", 2) + client_close(1000, "bye"),
    frame("frag\xc3", 1, false) + frame("ping", 9) + frame("\xa9ment", 0, false) + frame("", 0),
    frame(std::string(126, 'x'), 1) + frame(std::string(300, 'y'), 1),
    client_frame("masked") + client_frame("pong", {.opcode = 0xa}) + client_close(4999),
    "\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\0"s + frame("plain", 1),   // compressed: "Hello"
    "\x41\x83\0\0\0\0\xf3\x48\xcd"s + frame("\xc9\xc9\x07\0\0"s, 0)};

}   // namespace

BOOST_AUTO_TEST_SUITE(mutations)

BOOST_AUTO_TEST_CASE(events_keep_their_meaning)
{
    try_to_break(broken_event_json, events, json_tokens);
}

BOOST_AUTO_TEST_CASE(attributes_in_metadata_keep_their_meaning)
{
    try_to_break(broken_event_json, attributes, cloud_tokens);
}

BOOST_AUTO_TEST_CASE(cloud_events_keep_their_meaning)
{
    try_to_break(broken_cloud_event, cloud_events, cloud_tokens);
}

BOOST_AUTO_TEST_CASE(cloud_events_in_headers_keep_their_meaning)
{
    try_to_break(broken_cloud_message, cloud_messages, header_tokens);
}

BOOST_AUTO_TEST_CASE(client_messages_can_be_answered)
{
    try_to_break(broken_client_message, messages, json_tokens);
}

BOOST_AUTO_TEST_CASE(streams_mean_the_same_however_they_are_cut)
{
    try_to_break(broken_ws_reader, streams, frame_tokens);
}

BOOST_AUTO_TEST_SUITE_END()
