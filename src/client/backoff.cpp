#include <client/backoff.hpp>

#include <algorithm>
#include <utility>

namespace thump::client_side {

backoff::duration backoff::next()
{
    // Halved before it is compared, so that doubling cannot overflow.
    auto const doubled = longest_ > most_ / 2 ? most_ : longest_ * 2;
    auto const longest = std::exchange(longest_, std::min(doubled, most_)).count();
    return duration{std::uniform_int_distribution{longest / 2, longest}(random_)};
}

}   // namespace thump::client_side
