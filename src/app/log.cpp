#include <app/log.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace thump::app {
namespace {

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

    auto logger = std::make_shared<spdlog::logger>(
        "thumpd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(std::move(formatter));
    logger->set_level(to_spdlog(options.level));
    spdlog::set_default_logger(std::move(logger));
}

void write_log(log_level level, std::string_view message)
{
    spdlog::default_logger_raw()->log(to_spdlog(level),
                                      spdlog::string_view_t{message.data(), message.size()});
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
