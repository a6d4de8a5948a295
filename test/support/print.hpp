// How Boost.Test prints thump's values.
#pragma once

#include <thump/errc.hpp>
#include <thump/gap.hpp>
#include <thump/ledger.hpp>

#include <ostream>

namespace thump {

inline std::ostream& operator<<(std::ostream& out, gap const& g)
{
    return out << "gap " << g.from << ".." << g.to << " dropped " << g.dropped << " bytes "
               << g.bytes << ' ' << to_string(g.reason) << (g.recoverable ? " recoverable" : "");
}

inline std::ostream& operator<<(std::ostream& out, ledger const& l)
{
    return out << "matched " << l.matched << " delivered " << l.delivered << " queued " << l.queued
               << " dropped " << l.dropped << " conflated " << l.conflated << " expired "
               << l.expired;
}

inline std::ostream& operator<<(std::ostream& out, gap_reason reason)
{
    return out << to_string(reason);
}

inline std::ostream& operator<<(std::ostream& out, errc code)
{
    return out << describe(code).name;
}

}   // namespace thump
