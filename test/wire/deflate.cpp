// Examples are those of RFC 7692, section 7.2.3.
#include <wire/deflate.hpp>

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <string_view>

namespace {

using namespace std::literals;
using thump::wire::deflater;
using thump::wire::inflate_result;
using thump::wire::inflater;

std::string deflate(std::string_view message)
{
    std::string out;
    deflater{}.append(out, message);
    return out;
}

struct expanded {
    inflate_result result;
    std::string text;

    bool operator==(expanded const&) const = default;
};

std::ostream& operator<<(std::ostream& to, expanded const& e)
{
    return to << static_cast<int>(e.result) << ' ' << e.text;
}

expanded inflate(std::string_view payload, std::size_t max_bytes = 1'000'000)
{
    expanded e{};
    e.result = inflater{}.append(e.text, payload, max_bytes);
    return e;
}

expanded whole(std::string_view text)
{
    return {inflate_result::whole, std::string{text}};
}

std::string random_text(std::minstd_rand& random, std::size_t size, unsigned letters)
{
    std::string text(size, ' ');
    for (auto& c : text)
        c = static_cast<char>(random() % letters);
    return text;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(deflate_)

BOOST_AUTO_TEST_CASE(message_is_compressed_as_the_standard_shows)   // 7.2.3.1
{
    BOOST_TEST(deflate("Hello") == "\xf2\x48\xcd\xc9\xc9\x07\x00"sv);
}

BOOST_AUTO_TEST_CASE(message_refers_to_none_before_it)   // 7.2.3.2, without context takeover
{
    deflater d;
    std::string out;
    d.append(out, "Hello");
    d.append(out, "Hello");
    BOOST_TEST(out == "\xf2\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00"sv);
}

BOOST_AUTO_TEST_CASE(empty_message_is_one_byte)   // 7.2.3.6
{
    BOOST_TEST(deflate("") == "\0"sv);
    BOOST_TEST(inflate("\0"sv) == whole(""));
}

BOOST_AUTO_TEST_CASE(payload_is_expanded_as_the_standard_shows)
{
    BOOST_TEST(inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"sv) == whole("Hello"));
    // 7.2.3.3: a block without compression
    BOOST_TEST(inflate("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv) == whole("Hello"));
    // 7.2.3.4: a final block
    BOOST_TEST(inflate("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv) == whole("Hello"));
    // 7.2.3.5: two blocks
    BOOST_TEST(inflate("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv) == whole("Hello"));
}

// Each takes two bytes and costs a window.
BOOST_AUTO_TEST_CASE(final_blocks_without_end_are_broken)
{
    auto payload = deflate(std::string(40'000, 'x')) + "\0\0\xff\xff"s;
    auto const some = payload + "\x03\x00\x03\x00\x00"s;
    BOOST_TEST((inflate(some).result == inflate_result::whole));
    for (int i = 0; i < 1000; ++i)
        payload += "\x03\x00"s;
    BOOST_TEST((inflate(payload + '\0').result == inflate_result::broken));
}

BOOST_AUTO_TEST_CASE(reference_into_a_message_before_is_broken)   // 7.2.3.2, with context takeover
{
    inflater i;
    std::string out;
    BOOST_TEST((i.append(out, "\xf2\x48\xcd\xc9\xc9\x07\x00"sv, 100) == inflate_result::whole));
    BOOST_TEST((i.append(out, "\xf2\x00\x11\x00\x00"sv, 100) == inflate_result::broken));
    BOOST_TEST((i.append(out, "\xf2\x48\xcd\xc9\xc9\x07\x00"sv, 100) == inflate_result::whole));
    BOOST_TEST(out == "HelloHello");
}

BOOST_AUTO_TEST_CASE(reference_past_a_final_block_is_followed)
{
    // "Hello" in a final block, then the same by a reference to it, as in 7.2.3.2.
    BOOST_TEST(inflate("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x00\x11\x00\x00"sv) ==
               whole("HelloHello"));
}

BOOST_AUTO_TEST_CASE(whatever_is_compressed_expands_to_itself)
{
    deflater d;
    inflater i;
    std::minstd_rand random{1};
    for (std::size_t const size : {1u, 63u, 200u, 8'191u, 8'192u, 8'193u, 65'536u, 1'000'000u}) {
        for (unsigned const letters : {1u, 4u, 256u}) {
            auto const text = random_text(random, size, letters);
            std::string payload = "in front ";
            d.append(payload, text);
            std::string out = "kept ";
            auto const result =
                i.append(out, std::string_view{payload}.substr("in front "sv.size()), size);
            BOOST_TEST((result == inflate_result::whole));
            BOOST_TEST((out == "kept " + text));
        }
    }
}

BOOST_AUTO_TEST_CASE(expansion_ends_at_the_limit)
{
    auto const payload = deflate(std::string(1000, 'a'));
    BOOST_TEST(inflate(payload, 1000) == whole(std::string(1000, 'a')));
    BOOST_TEST((inflate(payload, 999).result == inflate_result::too_big));

    // A gigabyte in a megabyte: no more of it is expanded than the limit allows.
    std::string bomb;
    auto const piece = deflate(std::string(std::size_t{1} << 20, '\0'));
    for (int i = 0; i != 1024; ++i)
        bomb.append(piece).append("\0\0\xff\xff", 4);
    auto const result = inflate(bomb, 100'000);
    BOOST_TEST((result.result == inflate_result::too_big));
    BOOST_TEST(result.text.size() <= 100'000u);
}

BOOST_AUTO_TEST_CASE(payload_that_is_no_deflate_or_has_no_end_is_broken)
{
    for (auto const payload : {""sv, "\xff"sv, "\x06"sv, "\xf2\x48\xcd\xc9\xc9"sv,
                               "\x00\x05\x00\xfa\xff\x48\x65"sv, "\x00\x05\x00\xfa\xfe\x48"sv,
                               // 7.2.3.4 without the byte that has to follow a final block
                               "\xf3\x48\xcd\xc9\xc9\x07\x00"sv})
        BOOST_TEST((inflate(payload).result == inflate_result::broken));
}

BOOST_AUTO_TEST_SUITE_END()
