// What the floors of the benchmark have in common: the least that a fan-out does with what it
// receives. One send to a subscriber; no queues, no filters, no account of anything.
//
//     GET /sub, upgraded     a subscriber
//     GET /pub, upgraded     a publisher: each of its messages goes to every subscriber
//     POST /pub              the same with the body, answered 202
//
// A subscriber that cannot take a whole send at once is dropped.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thump::bench {

enum class role { http, subscriber, publisher, gone };

struct client {
    int socket;
    role is = role::http;
    std::string unread = {};
};

class fan {
public:
    /// @param batches Whether what is published waits for `flush`.
    explicit fan(bool batches) : batches_{batches} {}

    /// Acts on what was received: what `unread` held, and what came behind it.
    void take(client& c, std::span<char> bytes);

    /// Sends what was published.
    void flush();

    /// Sends a client nothing more.
    void drop(client& c) noexcept;

    /// Whether somebody was dropped since `forget_gone`.
    [[nodiscard]] bool somebody_gone() const noexcept { return somebody_gone_; }

    /// Lets go of those that were dropped, whom the caller then destroys.
    void forget_gone();

private:
    std::size_t on_bytes(client& c, std::span<char> bytes);
    std::size_t on_request(client& c, std::string_view text);
    std::size_t upgrade(client& c, std::string_view head);
    void publish(std::string_view event);
    void send_to(client& c, std::string_view bytes);

    bool const batches_;
    std::vector<client*> subscribers_;
    std::string batch_;
    bool somebody_gone_ = false;
};

/// As many as the system lets.
void allow_many_files();

}   // namespace thump::bench
