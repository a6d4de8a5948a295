#include <net/publish_report.hpp>

#include <wire/json_text.hpp>

#include <thump/errc.hpp>

namespace thump::net {
namespace {

// `{"id":"…","seq":…},` with an id made here.
constexpr std::size_t usual_receipt_bytes = 72;
// The text around the receipts, without the epoch.
constexpr std::size_t usual_text_bytes = 80;

}   // namespace

publish_report::publish_report(std::string const& epoch, std::size_t events) : epoch_{epoch}
{
    events_.reserve(events * usual_receipt_bytes);
}

void publish_report::add(boost::system::error_code ec, receipt const& r,
                         detail::delivery_counts const* counts)
{
    if (!events_.empty()) events_ += ',';
    if (ec) {
        ++refused_;
        why_ = ec;
        events_ += R"({"error":)";
        wire::append_json_string(events_, describe(static_cast<errc>(ec.value())).name);
    } else {
        ++accepted_;
        events_ += R"({"id":)";
        wire::append_json_string(events_, r.id);
        events_ += R"(,"seq":)";
        wire::append_decimal(events_, r.seq);
        if (r.duplicate) events_ += R"(,"duplicate":true)";
        if (counts) {   // a duplicate reaches nobody
            events_ += R"(,"matched":)";
            wire::append_decimal(events_, counts->matched);
            events_ += R"(,"queued":)";
            wire::append_decimal(events_, counts->queued);
            events_ += R"(,"dropped":)";
            wire::append_decimal(events_, counts->dropped);
        }
    }
    events_ += '}';
}

std::string publish_report::text() const
{
    std::string body;
    body.reserve(usual_text_bytes + epoch_.size() + events_.size());
    body += R"({"epoch":)";
    wire::append_json_string(body, epoch_);
    body += R"(,"accepted":)";
    wire::append_decimal(body, accepted_);
    body += R"(,"refused":)";
    wire::append_decimal(body, refused_);
    body.append(R"(,"events":[)").append(events_).append("]}");
    return body;
}

}   // namespace thump::net
