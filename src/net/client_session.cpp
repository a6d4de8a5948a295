#include <net/client_session.hpp>

#include <net/broker_impl.hpp>
#include <net/connection.hpp>
#include <net/encoder.hpp>
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
    auto const& rules = home.broker().rules();
    auto parsed =
        wire::parse_client_message(text, {rules, options.subscriber_defaults, options.max_queue,
                                          format_ == wire::stream_format::cloudevents});
    if (!parsed) {
        auto const& [what, ref] = parsed.error();
        auto const fault =
            what.offset ? std::nullopt : wire::find_syntax_fault(text, rules.max_json_depth);
        return refuse(session, ref, fault ? *fault : what);
    }
    if (auto* const message = std::get_if<wire::publish_message>(&*parsed))
        return publish(session, std::move(*message));
    if (auto* const message = std::get_if<wire::subscribe_message>(&*parsed))
        return subscribe(session, std::move(*message));
    std::string pong;
    wire::append_pong(pong, std::get<wire::ping_message>(*parsed).ref);
    answer(session, "pong", std::move(pong));
}

void client_session::answer(ws_session& session, std::string_view op, std::string json) const
{
    auto const& epoch = session.connection().home().broker().epoch();
    session.send(control_text(format_, epoch, op, std::move(json)));
}

void client_session::refuse(ws_session& session, wire::message_ref const& ref,
                            error const& why) const
{
    std::string json;
    wire::append_error(json, ref, why);
    answer(session, "error", std::move(json));
}

void client_session::publish(ws_session& session, wire::publish_message&& message)
{
    receipt r;
    auto const ec = session.connection().home().broker().publish_on_strand(
        std::move(message.e), message.ref ? &r : nullptr);
    if (ec) return refuse(session, message.ref, {ec, {}, {}, {}, {}});
    if (!message.ref) return;
    std::string published;
    wire::append_published(published, message.ref, r.id, r.seq, r.duplicate);
    answer(session, "published", std::move(published));
}

void client_session::subscribe(ws_session& session, wire::subscribe_message&& message)
{
    auto& c = session.connection();
    // What was published until now is for the subscription that ends; it may be its undoing.
    c.home().broker().flush_now();
    if (!session.open()) return;
    std::string subscribed;
    if (!message.request.subscribe) {
        c.end_queue();
        c.unsubscribe();
        auto const last = c.home().broker().last_seq();
        wire::append_subscribed(subscribed, message.ref, {last, last, 0, message.request});
        answer(session, "subscribed", std::move(subscribed));
        // A drain that is under way ends subscriptions with the broker, and this one is none now.
        if (c.home().draining() && session.open()) session.on_drain();
        return;
    }
    auto made = make_subscriber(c, message.request,
                                ws_encoding(message.request.format, session.deflates()), format_);
    if (!made) return refuse(session, message.ref, made.error());
    c.end_queue();
    auto const id = (*made)->id;
    auto const start = c.subscribe(std::move(*made));
    wire::append_subscribed(subscribed, message.ref,
                            {c.home().broker().last_seq(), start, id, message.request});
    answer(session, "subscribed", std::move(subscribed));
}

}   // namespace thump::net
