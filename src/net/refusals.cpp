#include <net/refusals.hpp>

#include <net/broker_impl.hpp>

namespace thump::net {

refusals::refusals(journal& to, detail::broker_impl const& broker,
                   std::size_t max_connections) noexcept
    : journal_{to}, broker_{broker}, max_connections_{max_connections}
{
}

void refusals::accept_failed(boost::system::error_code why) noexcept
{
    accepts_.add();
    why_not_accepted_ = why;
}

void refusals::tell(told& of, std::string_view what, std::uint64_t total, steady_time now,
                    std::string const& why)
{
    if (total == of.so_far || now < of.next) return;
    journal_.write(log_level::warning,
                   std::string{what} + ": " + std::to_string(total - of.so_far) + " (" + why + ")");
    of = {total, now + interval};
}

void refusals::on_tick(steady_time now)
{
    tell(events_told_, "events refused", broker_.refused(), now,
         broker_.stopped() ? "the broker has stopped" : "the intake was full");
    tell(subscriptions_told_, "subscriptions refused", broker_.subscribers_refused(), now,
         "max_subscribers is " + std::to_string(broker_.options().max_subscribers));
    tell(connections_told_, "connections refused", connections_.value(), now,
         "max_connections is " + std::to_string(max_connections_));
    tell(accepts_told_, "failures to accept a connection", accepts_.value(), now,
         why_not_accepted_.message());
}

void refusals::finish()
{
    on_tick(steady_time::max() - interval);
}

}   // namespace thump::net
