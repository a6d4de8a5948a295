#include "process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace load {
namespace {

namespace fs = std::filesystem;

std::string contents(fs::path const& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator{file}, {}};
}

double ticks_per_second()
{
    return static_cast<double>(sysconf(_SC_CLK_TCK));
}

// `Name:   1234 kB`, in bytes.
std::uint64_t kilobytes_of(std::string_view text, std::string_view name)
{
    auto const at = text.find(name);
    if (at == std::string_view::npos) return 0;
    return std::stoull(std::string{text.substr(at + name.size(), 32)}) * 1024;
}

// Nanoseconds on a CPU, thread by thread: finer than the ticks of `stat`.
std::uint64_t cpu_of_threads(fs::path const& process)
{
    std::uint64_t sum = 0;
    std::error_code gone;
    for (auto const& thread : fs::directory_iterator{process / "task", gone}) {
        std::uint64_t on_cpu = 0;
        std::istringstream{contents(thread.path() / "schedstat")} >> on_cpu;
        sum += on_cpu;
    }
    return sum;
}

void add_times(process_figures& to, fs::path const& process)
{
    auto const text = contents(process / "stat");
    // The name, the second field, may hold spaces; 11 fields stand between it and the times.
    std::istringstream fields{text.substr(text.rfind(')') + 1)};
    std::string passed;
    for (int i = 0; i < 11; ++i)
        fields >> passed;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    to.user_seconds += user / ticks_per_second();
    to.system_seconds += system / ticks_per_second();
}

}   // namespace

process_figures process_figures::of(std::span<int const> processes)
{
    process_figures sum;
    for (int const id : processes) {
        auto const process = fs::path{"/proc"} / std::to_string(id);
        sum.cpu_ns += cpu_of_threads(process);
        add_times(sum, process);
        sum.pss_bytes += kilobytes_of(contents(process / "smaps_rollup"), "\nPss:");
        sum.rss_bytes += kilobytes_of(contents(process / "status"), "\nVmRSS:");
    }
    return sum;
}

machine_figures machine_figures::now()
{
    std::istringstream fields{contents("/proc/stat")};
    std::string cpu;
    double user = 0, nice = 0, system = 0, idle = 0, io_wait = 0, irq = 0, soft_irq = 0;
    machine_figures made;
    fields >> cpu >> user >> nice >> system >> idle >> io_wait >> irq >> soft_irq >>
        made.steal_ticks;
    made.busy_seconds = (user + nice + system + irq + soft_irq) / ticks_per_second();
    return made;
}

double own_cpu_seconds()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}   // namespace load
