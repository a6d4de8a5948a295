// Media types in Content-Type and Accept (RFC 9110 sections 8.3 and 12.5.1).
//
//     media-type  = type "/" subtype *( OWS ";" OWS [ parameter ] )
//     parameter   = token "=" ( token / quoted-string )
//     Accept      = [ media-range [ weight ] *( OWS "," OWS media-range [ weight ] ) ]
//     media-range = "*/*" / type "/*" / media-type
//     weight      = OWS ";" OWS "q=" qvalue          ; 0 to 1, at most three decimals
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace thump::net {

/// A media type, as views of the text that it was read from.
struct media_type {
    std::string_view essence = {};      ///< `application/json`, in the case it was written in
    std::string_view parameters = {};   ///< the rest, with its first `;`

    /// Whether this is `other`, as in `is("application/json")`, in any case.
    [[nodiscard]] bool is(std::string_view other) const noexcept;

    /// The type before the slash.
    [[nodiscard]] std::string_view type() const noexcept;

    /// A parameter's value without its quotes; its name in any case.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

/// Reads a Content-Type, or one element of Accept.
/// @return nothing where `text` is not `type/subtype`, then nothing or parameters.
[[nodiscard]] std::optional<media_type> parse_media_type(std::string_view text) noexcept;

/// Chooses what to answer with: the offer of the highest weight; among equals the one that Accept
/// names most specifically; among these the first offer. Ranges match whatever their parameters,
/// malformed ranges count for nothing, and an empty Accept accepts everything.
/// @param accept the field's value; several fields are joined by commas.
/// @param offers media types without parameters, the preferred first.
/// @return the offer's place, or nothing where none is acceptable.
[[nodiscard]] std::optional<std::size_t> negotiate(std::string_view accept,
                                                   std::span<std::string_view const> offers);

}   // namespace thump::net
