// Metrics as text, in the two forms that monitoring systems read.
//
// Prometheus text format 0.0.4:
//
//     exposition = *family
//     family     = "# HELP " name SP help LF "# TYPE " name SP type LF 1*sample
//     sample     = name [ "{" label *( "," label ) "}" ] SP number LF
//     label      = label-name "=" DQUOTE value DQUOTE
//
// OpenMetrics 1.0 adds `# UNIT`, ends with `# EOF`, writes a family's name without its samples'
// suffix (`_total`, `_info`), and has a type for histograms that go down as well as up.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace thump::wire {

/// How metrics are written.
enum class exposition_form : std::uint8_t { prometheus_text, openmetrics };

/// The Content-Type of a form.
[[nodiscard]] std::string_view content_type_of(exposition_form form) noexcept;

/// What the numbers of a family mean.
enum class metric_kind : std::uint8_t {
    counter,           ///< only goes up; the samples' names end in `_total`
    gauge,             ///< goes up and down
    histogram,         ///< counts of observations since the start, by size
    gauge_histogram,   ///< counts of what there is now, by size
    info,              ///< a constant 1 whose labels matter; its name ends in `_info`
};

/// Metrics of one name.
struct metric_family {
    std::string_view name;   ///< without the suffix that its kind brings
    metric_kind kind = metric_kind::gauge;
    std::string_view help = {};
    std::string_view unit = {};   ///< the name's last word where it is a unit, as in `seconds`
};

/// Tells samples of a family apart.
struct metric_label {
    std::string_view name;
    std::string_view value;   ///< any text
};

/// Writes families one after another. Does not check that names are valid and unique.
class exposition {
public:
    using labels = std::initializer_list<metric_label>;

    /// @param out Where the text is appended. Must outlive this.
    exposition(std::string& out, exposition_form form) noexcept : out_{out}, form_{form} {}

    /// Begins a family. Its samples follow, and then the next family.
    void begin(metric_family const& family);

    /// A sample of a counter, a gauge or an info.
    void sample(std::uint64_t value, labels which = {});
    void sample(double value, labels which = {});

    /// All samples of a histogram of either kind.
    /// @param bounds Upper bounds of the buckets, inclusive and ascending.
    /// @param counts What each bucket holds, one more than there are bounds: the last is above all.
    /// @param sum Of everything that was counted.
    void histogram(std::span<double const> bounds, std::span<std::uint64_t const> counts,
                   double sum);

    /// A family with one sample, which has no label.
    void only(metric_family const& family, std::uint64_t value);
    void only(metric_family const& family, double value);

    /// Ends the text.
    void end();

private:
    [[nodiscard]] bool open() const noexcept { return form_ == exposition_form::openmetrics; }
    void append_sample_name(labels which);
    void append_header(std::string_view what, std::string_view value);

    std::string& out_;
    exposition_form const form_;
    metric_family family_{};
};

}   // namespace thump::wire
