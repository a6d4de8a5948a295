// What one turn sends to the connections of a shard, and the sending of it.
#pragma once

#include <net/connection.hpp>
#include <net/fan_crew.hpp>
#include <net/fan_group.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace thump::net {

/// Sends a turn to its groups, alone or with a crew of threads. Belongs to the strand.
class fan_turn {
public:
    /// @param threads That send, the caller's among them. At least 1.
    /// @throw std::system_error The system has no more threads.
    explicit fan_turn(std::size_t threads);

    /// Takes in what the turn sends to a group.
    /// @param batch What it refers to must hold until `send` returns.
    void add(fan_group& group, fan_batch const& batch) { groups_.push_back({&group, batch}); }

    /// Sends all of it; what sockets do not take is queued. It is empty then.
    void send();

    /// Ends the threads; what is sent after it is sent alone.
    void dismiss_crew() noexcept { crew_.reset(); }

private:
    // A group, and what the turn sends to it.
    struct group_turn {
        fan_group* group;
        fan_batch batch;
    };
    // A batch that one connection's socket is to be given, and what came of it.
    struct offer {
        connection* to;
        std::size_t turn;   // index of the batch
        connection::offered result;
    };

    void make_offers();

    std::unique_ptr<fan_crew> crew_;   // null: the strand sends alone
    std::vector<group_turn> groups_;
    std::vector<offer> offers_;
};

}   // namespace thump::net
