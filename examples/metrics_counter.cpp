// Counts events by type and prints a table. Only types of the catalog have a row of their own, so
// that publishers cannot make the table grow.
//     ./build/bin/metrics_counter
#include <thump/broker.hpp>
#include <thump/catalog.hpp>
#include <thump/types.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <iomanip>
#include <iostream>
#include <map>
#include <string_view>
#include <utility>

namespace {

namespace types = thump::types;

class type_counter {
public:
    explicit type_counter(thump::subscription events) : events_{std::move(events)}
    {
        receive_next();
    }

    void print(std::ostream& out) const
    {
        for (auto const& [type, count] : counts_)
            out << std::left << std::setw(20) << type << std::right << std::setw(6) << count
                << '\n';
    }

private:
    void receive_next()
    {
        events_.async_receive([this](boost::system::error_code ec, thump::delivery next) {
            if (ec) return;
            if (auto const* const e = next.as_event())
                ++counts_[row_of(e->type)];
            else
                counts_["(lost)"] += next.as_gap()->dropped;
            receive_next();
        });
    }

    static std::string_view row_of(std::string_view type)
    {
        auto const* const known = thump::find_type(type);
        return known ? known->type : "(other)";
    }

    thump::subscription events_;
    std::map<std::string_view, std::uint64_t> counts_;
};

}   // namespace

int main()
{
    boost::asio::io_context context;
    thump::broker broker{context.get_executor()};
    type_counter const counter{broker.subscribe()};

    for (int i = 0; i < 30; ++i)
        broker.publish({.type = i % 10 == 0 ? types::task_failed : types::task_completed});
    for (auto const type : {types::node_joined, "backup.started", "backup.finished"})
        broker.publish({.type = type});

    broker.stop();
    context.run();
    counter.print(std::cout);
}
