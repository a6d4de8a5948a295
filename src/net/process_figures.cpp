#include <net/process_figures.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace thump::net {
namespace {

std::string contents(char const* path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

double clock_ticks(std::uint64_t ticks)
{
    return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Seconds since 1970 at which the system was started.
double boot_time()
{
    std::ifstream in{"/proc/stat"};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("btime ")) return std::stod(line.substr(6));
    return 0;
}

// Since Linux 6.2 the folder's size is the number asked for; before, its entries are counted.
std::uint64_t count_descriptors()
{
    constexpr auto folder = "/proc/self/fd";
    struct ::stat found {};
    if (::stat(folder, &found) == 0 && found.st_size > 0)
        return static_cast<std::uint64_t>(found.st_size);
    std::error_code ec;
    std::filesystem::directory_iterator const entries{folder, ec};
    if (ec) return 0;
    // One of them is the iterator's own.
    auto const seen = std::distance(begin(entries), end(entries));
    return static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(seen - 1, 0));
}

std::uint64_t max_descriptors()
{
    ::rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}   // namespace

std::optional<process_figures> read_process_figures()
{
    // proc(5): the second field is the program's name in parentheses, which may hold anything.
    auto const text = contents("/proc/self/stat");
    auto const name_end = text.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields{text.substr(name_end + 1)};
    auto const skip = [&](int count) {
        for (std::string ignored; count > 0; --count)
            fields >> ignored;
    };
    std::uint64_t user = 0;
    std::uint64_t system = 0;
    std::uint64_t started = 0;
    std::uint64_t pages = 0;
    process_figures p;
    skip(11);   // 3 to 13
    fields >> user >> system;
    skip(4);   // 16 to 19
    fields >> p.threads;
    skip(1);   // 21
    fields >> started >> p.virtual_bytes >> pages;
    if (!fields) return std::nullopt;

    static double const booted = boot_time();
    p.cpu_seconds = clock_ticks(user + system);
    p.start_time_seconds = booted + clock_ticks(started);
    p.resident_bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    p.open_descriptors = count_descriptors();
    p.max_descriptors = max_descriptors();
    return p;
}

}   // namespace thump::net
