# Writes a C++ file that holds files as they are: cmake -DOUTPUT=… -DFILES=a;b -P EmbedAssets.cmake
#
# Each is served under its name; index.html under "/" as well.
set(types_html "text/html; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_svg "image/svg+xml")
set(types_yaml "application/yaml")

set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  file(SHA256 ${file} digest)
  string(SUBSTRING ${digest} 0 16 etag)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  cmake_path(GET file FILENAME name)
  cmake_path(GET file EXTENSION LAST_ONLY extension)
  string(SUBSTRING ${extension} 1 -1 extension)
  if(NOT DEFINED types_${extension})
    message(FATAL_ERROR "${name}: no media type is known for .${extension}")
  endif()
  set(row "\"${types_${extension}}\", \"\\\"${etag}\\\"\", {file_${number}, sizeof file_${number} - 1}},\n")
  string(APPEND arrays "constexpr char file_${number}[] = {${bytes}'\\0'};\n")
  string(APPEND rows "    {\"/${name}\", ${row}")
  if(name STREQUAL "index.html")
    string(APPEND rows "    {\"/\", ${row}")
  endif()
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Written by the build from src/dashboard, js and doc.
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
