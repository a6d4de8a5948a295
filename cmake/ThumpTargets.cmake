# How this project declares its targets.
include_guard()

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
  endif()
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(THUMP_CCACHE ccache)
  if(THUMP_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${THUMP_CCACHE})
  endif()
endif()

set(THUMP_VIEWS ${thump_BINARY_DIR}/layers CACHE PATH
  "Where the folders are made through which layers are included")
mark_as_advanced(THUMP_VIEWS)

# Warnings and language level, for our own code only.
function(thump_configure target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlaps and overflows in std::string where there are none:
    # https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651, 105329
    target_compile_options(${target} PRIVATE
      -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  if(THUMP_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# What runs for a moment is not worth the compiler's time, of which tests and examples would take most
# of a build's: with coroutines -Og takes less than -O0. Undefined behaviour is looked for in the
# library.
function(thump_compile_fast target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Og> -fno-sanitize=undefined)
endfunction()

# A layer of the library: thump_layer(wire SOURCES ... LINKS ...).
#
# Its private headers are included as <wire/...>, through a folder that holds a link to src/wire and
# nothing else. So a layer sees itself and the layers that it links, and an include that points the
# wrong way does not compile.
function(thump_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  set(view ${THUMP_VIEWS}/${name})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${thump_SOURCE_DIR}/src/${name} ${view}/${name} SYMBOLIC)

  add_library(thump_${name} STATIC ${arg_SOURCES})
  thump_configure(thump_${name})
  set_target_properties(thump_${name} PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(thump_${name} PUBLIC
    $<BUILD_INTERFACE:${thump_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:include>
    $<BUILD_INTERFACE:${view}>)
  target_link_libraries(thump_${name} PUBLIC ${arg_LINKS})
endfunction()
