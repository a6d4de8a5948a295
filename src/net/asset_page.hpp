// The files of the dashboard, and the documents of the API.
#pragma once

#include <net/assets.hpp>
#include <net/http_request.hpp>
#include <net/http_response.hpp>

namespace thump::net {

/// The answer to a GET of an asset: the asset, or 304 where the client has it already.
[[nodiscard]] http_response make_asset_page(asset const& found, http_request const& request);

}   // namespace thump::net
