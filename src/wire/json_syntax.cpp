#include <wire/json_syntax.hpp>

#include <wire/json_reader.hpp>

namespace thump::wire {

std::optional<error> find_syntax_fault(std::string_view text, std::size_t max_depth)
{
    json_reader in{text};
    std::string_view value;
    if (in.skip_value(max_depth, value) && in.finish()) return std::nullopt;
    return in.failure();
}

}   // namespace thump::wire
