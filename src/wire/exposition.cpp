#include <wire/exposition.hpp>

#include <wire/json_text.hpp>

#include <boost/assert.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace thump::wire {
namespace {

// Shortest digits that read back as the same number, in the form that Go writes and that label
// values of `le` are compared in: plain from 0.0001 up, with an exponent below.
void append_number(std::string& out, double value)
{
    if (std::isnan(value)) return void(out += "NaN");
    if (std::isinf(value)) return void(out += value > 0 ? "+Inf" : "-Inf");
    auto const size = std::abs(value);
    bool const plain = size == 0 || (size >= 1e-4 && size < 1e21);
    std::array<char, 64> text;
    auto const [end, ec] =
        std::to_chars(text.data(), text.data() + text.size(), value,
                      plain ? std::chars_format::fixed : std::chars_format::scientific);
    out.append(text.data(), end);
}

// A bound is always written as a fraction, so that it is the same label in both forms.
void append_bound(std::string& out, double bound)
{
    auto const begin = out.size();
    append_number(out, bound);
    if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

void append_escaped(std::string& out, std::string_view text, bool quotes)
{
    for (char const c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\\' || (c == '"' && quotes))
            out.append(1, '\\').append(1, c);
        else
            out += c;
    }
}

std::string_view suffix_of(metric_kind kind) noexcept
{
    if (kind == metric_kind::counter) return "_total";
    if (kind == metric_kind::info) return "_info";
    return {};
}

std::string_view type_of(metric_kind kind, exposition_form form) noexcept
{
    bool const open = form == exposition_form::openmetrics;
    switch (kind) {
    case metric_kind::counter:
        return "counter";
    case metric_kind::gauge:
        return "gauge";
    case metric_kind::histogram:
        return "histogram";
    case metric_kind::gauge_histogram:
        return open ? "gaugehistogram" : "histogram";
    case metric_kind::info:
        return open ? "info" : "gauge";
    }
    return {};
}

}   // namespace

std::string_view content_type_of(exposition_form form) noexcept
{
    return form == exposition_form::openmetrics
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

void exposition::append_header(std::string_view what, std::string_view value)
{
    out_.append("# ").append(what).append(" ").append(family_.name);
    if (!open()) out_ += suffix_of(family_.kind);
    out_ += ' ';
    append_escaped(out_, value, open());
    out_ += '\n';
}

void exposition::begin(metric_family const& family)
{
    family_ = family;
    append_header("HELP", family.help);
    append_header("TYPE", type_of(family.kind, form_));
    if (open() && !family.unit.empty()) append_header("UNIT", family.unit);
}

void exposition::append_sample_name(labels which)
{
    out_.append(family_.name).append(suffix_of(family_.kind));
    char before = '{';
    for (auto const& [name, value] : which) {
        out_.append(1, before).append(name).append("=\"");
        append_escaped(out_, value, true);
        out_ += '"';
        before = ',';
    }
    if (which.size() > 0) out_ += '}';
    out_ += ' ';
}

void exposition::sample(std::uint64_t value, labels which)
{
    append_sample_name(which);
    append_decimal(out_, value);
    out_ += '\n';
}

void exposition::sample(double value, labels which)
{
    append_sample_name(which);
    append_number(out_, value);
    out_ += '\n';
}

void exposition::histogram(std::span<double const> bounds, std::span<std::uint64_t const> counts,
                           double sum)
{
    BOOST_ASSERT(counts.size() == bounds.size() + 1);
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        so_far += counts[i];
        out_.append(family_.name).append("_bucket{le=\"");
        if (i < bounds.size())
            append_bound(out_, bounds[i]);
        else
            out_ += "+Inf";
        out_ += "\"} ";
        append_decimal(out_, so_far);
        out_ += '\n';
    }
    bool const now = open() && family_.kind == metric_kind::gauge_histogram;
    out_.append(family_.name).append(now ? "_gsum " : "_sum ");
    append_number(out_, sum);
    out_.append("\n").append(family_.name).append(now ? "_gcount " : "_count ");
    append_decimal(out_, so_far);
    out_ += '\n';
}

void exposition::only(metric_family const& family, std::uint64_t value)
{
    begin(family);
    sample(value);
}

void exposition::only(metric_family const& family, double value)
{
    begin(family);
    sample(value);
}

void exposition::end()
{
    if (open()) out_ += "# EOF\n";
}

}   // namespace thump::wire
