// What is measured: the command line of fanload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace load {

enum class transport { websocket, http, tcp };

/// What is spoken on a transport. `plain`: events alone, as messages or as the bodies of requests.
enum class dialect { plain, nats, mqtt, resp };

/// An address on the loopback network, and a path where the transport has one.
struct endpoint {
    transport via = transport::websocket;
    std::uint32_t address = 0;   ///< IPv4, host order
    std::uint16_t port = 0;
    std::string host;
    std::string path;
};

struct options {
    std::string label;
    endpoint subscribe_at;
    endpoint publish_at;
    bool publishes = false;   ///< false: idle subscribers only
    dialect speak = dialect::plain;
    std::string topic = "t";
    std::string subprotocol;
    bool deflate = false;   ///< subscribers offer permessage-deflate

    int subscribers = 1;
    int publishers = 1;
    int handshakes = 128;   ///< under way at a time
    int source_count = 1;   ///< addresses that connections come from in turn
    int slow = 0;           ///< subscribers that stop reading when the run begins
    int slow_receive_buffer = 0;

    std::size_t event_bytes = 200;
    int window = 0;     ///< closed loop: events in flight
    double rate = 0;    ///< open loop: events per second
    int pipeline = 1;   ///< requests under way on a connection that posts
    double seconds = 5;
    double drain_seconds = 2;
    double settle_seconds = 0.5;

    std::vector<int> server;   ///< process ids
};

/// Reads the command line; ends the process where it is wrong.
options parse_options(int argc, char** argv);

}   // namespace load
