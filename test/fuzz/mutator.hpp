// Making new inputs of known ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace thump::test {

/// Changes inputs at random; the same seed makes the same inputs everywhere.
class mutator {
public:
    /// @param corpus Inputs to begin with, at least one.
    /// @param tokens Pieces worth inserting, at least one.
    mutator(std::uint32_t seed, std::span<std::string const> corpus,
            std::span<std::string_view const> tokens)
        : random_{seed}, corpus_{corpus}, tokens_{tokens}
    {
    }

    /// An input of the corpus after 0 to 7 changes.
    std::string next()
    {
        auto input = corpus_[below(corpus_.size())];
        for (auto changes = below(8); changes != 0; --changes)
            change(input);
        return input;
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }

    void change(std::string& input)
    {
        auto const at = below(input.size() + 1);
        auto const count = below(1 + below(32));
        switch (below(7)) {
        case 0:
            input.insert(at, 1, static_cast<char>(below(256)));
            break;
        case 1:
            input.insert(at, tokens_[below(tokens_.size())]);
            break;
        case 2:
            input.erase(at, count);
            break;
        case 3:
            input.insert(below(input.size() + 1), input.substr(at, count));
            break;
        case 4:
            if (at != input.size()) input[at] = static_cast<char>(below(256));
            break;
        case 5:
            if (at != input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
            break;
        default:
            input = input.substr(0, at) + splice(corpus_[below(corpus_.size())]);
        }
    }

    std::string splice(std::string const& other) { return other.substr(below(other.size() + 1)); }

    std::mt19937 random_;
    std::span<std::string const> corpus_;
    std::span<std::string_view const> tokens_;
};

}   // namespace thump::test
