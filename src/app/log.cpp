#include <app/log.hpp>

#include <app/descriptor.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>

#include <unistd.h>

namespace thump::app {
namespace {

// Lines that wait for whoever reads the stream. Beyond it the oldest are lost, and counted.
constexpr std::size_t max_waiting_lines = 256;
// How long the end of the process waits for them.
constexpr std::chrono::seconds patience{1};

constexpr auto text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %Q";
constexpr auto json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%Q})";

// The pattern's %Q: the message, made harmless for the format at hand.
class message_flag : public spdlog::custom_flag_formatter {
public:
    explicit message_flag(log_format format) : format_{format} {}

    void format(spdlog::details::log_msg const& line, std::tm const&,
                spdlog::memory_buf_t& out) override
    {
        auto text = printable({line.payload.data(), line.payload.size()});
        if (format_ == log_format::json) text = boost::json::serialize(boost::json::string{text});
        out.append(text.data(), text.data() + text.size());
    }

    std::unique_ptr<custom_flag_formatter> clone() const override
    {
        return std::make_unique<message_flag>(format_);
    }

private:
    log_format format_;
};

// Lines that were handed over, that were written, and how many of the lost were told.
struct line_counts {
    std::atomic<std::uint64_t> handed{0};
    std::atomic<std::uint64_t> written{0};
    std::atomic<std::uint64_t> told{0};
} counts;

class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
    void sink_it_(spdlog::details::log_msg const& line) override
    {
        spdlog::memory_buf_t text;
        formatter_->format(line, text);
        // Not by way of stdio, whose lock would hold up the end of the process. Where it cannot be
        // written there is nowhere to tell it.
        std::ignore = write_all(STDERR_FILENO, {text.data(), text.size()});
        counts.written.fetch_add(1);
    }
    void flush_() override {}
};

// The thread that writes: a stream that nobody reads holds up this one, and not the broker. Never
// destroyed: it could not be waited for then.
std::shared_ptr<spdlog::details::thread_pool> const& writer()
{
    static auto const& only = *new std::shared_ptr<spdlog::details::thread_pool>{
        std::make_shared<spdlog::details::thread_pool>(max_waiting_lines, 1)};
    return only;
}

void hand_over(spdlog::level::level_enum level, std::string_view line)
{
    auto& logger = *spdlog::default_logger_raw();
    if (!logger.should_log(level)) return;
    counts.handed.fetch_add(1);
    logger.log(level, spdlog::string_view_t{line.data(), line.size()});
}

// Once there is room again. All of them together, since this line may be lost too.
void tell_lost_lines()
{
    auto const lost = std::uint64_t{writer()->overrun_counter()};
    if (lost == counts.told.load() || writer()->queue_size() > max_waiting_lines / 2) return;
    if (counts.told.exchange(lost) != lost)
        hand_over(spdlog::level::warn,
                  std::to_string(lost) +
                      " lines of this log were lost so far: it was not read in time");
}

spdlog::level::level_enum to_spdlog(log_level level)
{
    switch (level) {
    case log_level::debug:
        return spdlog::level::debug;
    case log_level::info:
        return spdlog::level::info;
    case log_level::warning:
        return spdlog::level::warn;
    case log_level::error:
        return spdlog::level::err;
    }
    return spdlog::level::off;
}

}   // namespace

void start_log(log_options const& options)
{
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<message_flag>('Q', options.format)
        .set_pattern(options.format == log_format::json ? json_pattern : text_pattern);

    auto logger =
        std::make_shared<spdlog::async_logger>("thumpd", std::make_shared<stderr_sink>(), writer(),
                                               spdlog::async_overflow_policy::overrun_oldest);
    logger->set_formatter(std::move(formatter));
    logger->set_level(to_spdlog(options.level));
    spdlog::set_default_logger(std::move(logger));
}

void write_log(log_level level, std::string_view message)
{
    tell_lost_lines();
    hand_over(to_spdlog(level), message);
}

void finish_log()
{
    if (counts.handed == 0) return;
    auto const give_up = std::chrono::steady_clock::now() + patience;
    while (counts.written + writer()->overrun_counter() < counts.handed &&
           std::chrono::steady_clock::now() < give_up)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

std::string printable(std::string_view text)
{
    constexpr char digits[] = "0123456789abcdef";
    std::string safe;
    safe.reserve(text.size());
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f)
            safe += c;
        else
            safe.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    return safe;
}

}   // namespace thump::app
