// The entry of a libFuzzer program; the build says which invariant it tries to break.
#include <fuzz/invariants.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto const broken =
        thump::test::THUMP_FUZZ_INVARIANT({reinterpret_cast<char const*>(data), size});
    if (broken.empty()) return 0;
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
}
