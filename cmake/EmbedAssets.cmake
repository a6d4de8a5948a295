# Writes a C++ file that holds files as they are: cmake -DOUTPUT=… -DDIR=… -DFILES=a;b -P EmbedAssets.cmake
set(types_html "text/html; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_svg "image/svg+xml")

set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
  file(READ ${DIR}/${file} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  cmake_path(GET file EXTENSION LAST_ONLY extension)
  string(SUBSTRING ${extension} 1 -1 extension)
  string(APPEND arrays "constexpr char file_${number}[] = {${bytes}'\\0'};\n")
  string(APPEND rows "    {\"/${file}\", \"${types_${extension}}\", {file_${number}, sizeof file_${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Written by the build from src/dashboard.
#include <net/assets.hpp>

#include <algorithm>
#include <iterator>

namespace thump::net {
namespace {

${arrays}
constexpr asset assets[] = {
${rows}};

}   // namespace

asset const* find_asset(std::string_view path) noexcept
{
    auto const found = std::ranges::find(assets, path, &asset::path);
    return found == std::end(assets) ? nullptr : found;
}

}   // namespace thump::net
")
