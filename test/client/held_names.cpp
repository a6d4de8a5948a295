#include <client/held_names.hpp>

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>

namespace {

std::atomic<bool> held{false};

}   // namespace

namespace thump::test {

held_names::held_names()
{
    held = true;
}

held_names::~held_names()
{
    held = false;
    held.notify_all();
}

}   // namespace thump::test

// Stands before the C library's own, which it calls for every other name.
extern "C" int getaddrinfo(char const* node, char const* service, addrinfo const* hints,
                           addrinfo** found)
{
    if (node && node == thump::test::held_names::host) {
        held.wait(true);
        return EAI_NONAME;
    }
    static auto const next =
        reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    return next(node, service, hints, found);
}
