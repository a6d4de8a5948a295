#include <net/client_session.hpp>

#include <net/broker_impl.hpp>
#include <net/connection.hpp>
#include <net/shard.hpp>
#include <net/streams.hpp>
#include <wire/json_syntax.hpp>

#include <string>
#include <utility>
#include <variant>

namespace thump::net {

void client_session::on_message(ws_session& session, std::string_view text, bool)
{
    auto& home = session.connection().home();
    auto const& options = home.options();
    auto parsed = wire::parse_client_message(
        text, {home.broker().options().limits, options.subscriber_defaults, options.max_queue});
    if (!parsed) {
        auto const& [what, ref] = parsed.error();
        auto const fault =
            what.offset
                ? std::nullopt
                : wire::find_syntax_fault(text, home.broker().options().limits.max_json_depth);
        std::string answer;
        wire::append_error(answer, ref, fault ? *fault : what);
        return session.send(answer);
    }
    if (auto* const message = std::get_if<wire::publish_message>(&*parsed))
        return publish(session, std::move(*message));
    if (auto* const message = std::get_if<wire::subscribe_message>(&*parsed))
        return subscribe(session, std::move(*message));
    std::string answer;
    wire::append_pong(answer, std::get<wire::ping_message>(*parsed).ref);
    session.send(answer);
}

void client_session::publish(ws_session& session, wire::publish_message&& message)
{
    receipt r;
    auto const ec = session.connection().home().broker().publish_on_strand(std::move(message.e), r);
    std::string answer;
    if (ec)
        wire::append_error(answer, message.ref, {ec, {}, {}, {}, {}});
    else if (message.ref)
        wire::append_published(answer, message.ref, r.id, r.seq, r.duplicate);
    else
        return;
    session.send(answer);
}

void client_session::subscribe(ws_session& session, wire::subscribe_message&& message)
{
    auto& c = session.connection();
    // What was published until now is for the subscription that ends; it may be its undoing.
    c.home().broker().flush_now();
    if (!session.open()) return;
    std::string answer;
    if (!message.request.subscribe) {
        c.unsubscribe();
        wire::append_subscribed(answer, message.ref,
                                {c.home().broker().last_seq(), 0, message.request});
        return session.send(answer);
    }
    auto const form = session.deflates() ? encoding::ws_json_deflate : encoding::ws_json;
    auto made = make_subscriber(c, message.request, form);
    if (!made) {
        wire::append_error(answer, message.ref, made.error());
        return session.send(answer);
    }
    wire::append_subscribed(answer, message.ref,
                            {c.home().broker().last_seq(), (*made)->id, message.request});
    c.subscribe(std::move(*made));
    session.send(answer);
}

}   // namespace thump::net
