#include <thump/subscription.hpp>

#include <net/broker_impl.hpp>
#include <net/mailbox.hpp>

#include <boost/asio/system_executor.hpp>

#include <utility>

namespace thump {

namespace asio = boost::asio;

subscription::subscription() noexcept : executor_{asio::system_executor{}} {}

subscription::subscription(std::shared_ptr<detail::mailbox> box, executor_type ex) noexcept
    : mailbox_{std::move(box)}, executor_{std::move(ex)}
{
}

subscription::subscription(subscription&& other) noexcept
    : mailbox_{std::move(other.mailbox_)}, executor_{other.executor_}
{
}

subscription& subscription::operator=(subscription&& other) noexcept
{
    if (this != &other) {
        unsubscribe();
        mailbox_ = std::move(other.mailbox_);
        executor_ = other.executor_;
    }
    return *this;
}

subscription::~subscription()
{
    unsubscribe();
}

void subscription::initiate_receive(std::shared_ptr<detail::mailbox> box, executor_type ex,
                                    executor_type where, receive_handler handler)
{
    detail::mailbox::waiter_list::receive_handler parked{std::move(handler), ex, where};
    if (box)
        box->await(std::move(parked));
    else
        parked.complete(errc::unsubscribed, {});
}

void subscription::initiate_wait(std::shared_ptr<detail::mailbox> box, executor_type ex,
                                 executor_type where, wait_handler handler)
{
    detail::mailbox::waiter_list::wait_handler parked{std::move(handler), ex, where};
    if (box)
        box->await(std::move(parked));
    else
        parked.complete(errc::unsubscribed);
}

std::optional<delivery> subscription::try_receive(boost::system::error_code& ec)
{
    if (mailbox_) return mailbox_->try_receive(ec);
    ec = errc::unsubscribed;
    return std::nullopt;
}

std::size_t subscription::try_receive(std::span<delivery> into, boost::system::error_code& ec)
{
    if (mailbox_) return mailbox_->try_receive(into, ec);
    ec = errc::unsubscribed;
    return 0;
}

void subscription::unsubscribe() noexcept
{
    if (!mailbox_) return;
    mailbox_->unsubscribe();
    if (auto const owner = mailbox_->owner().lock()) owner->forget(*mailbox_);
}

std::uint64_t subscription::id() const noexcept
{
    return mailbox_ ? mailbox_->id() : 0;
}

thump::ledger subscription::ledger() const
{
    return mailbox_ ? mailbox_->ledger() : thump::ledger{};
}

}   // namespace thump
