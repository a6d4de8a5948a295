# What others link: core, wire, net and client in one library, static unless BUILD_SHARED_LIBS says otherwise.
include_guard()

add_library(thump
  $<TARGET_OBJECTS:thump_core>
  $<TARGET_OBJECTS:thump_wire>
  $<TARGET_OBJECTS:thump_net>
  $<TARGET_OBJECTS:thump_client>)
add_library(thump::thump ALIAS thump)

target_sources(thump PUBLIC FILE_SET HEADERS
  BASE_DIRS ${thump_SOURCE_DIR}/include
  FILES
    include/thump/broker.hpp
    include/thump/broker_options.hpp
    include/thump/catalog.hpp
    include/thump/client.hpp
    include/thump/client_options.hpp
    include/thump/client_results.hpp
    include/thump/cloud_event.hpp
    include/thump/delivery.hpp
    include/thump/detail/api.hpp
    include/thump/detail/completion_executor.hpp
    include/thump/detail/encoding.hpp
    include/thump/detail/frame.hpp
    include/thump/detail/frame_list.hpp
    include/thump/detail/initiation.hpp
    include/thump/errc.hpp
    include/thump/error.hpp
    include/thump/event.hpp
    include/thump/event_ptr.hpp
    include/thump/filter.hpp
    include/thump/gap.hpp
    include/thump/json.hpp
    include/thump/ledger.hpp
    include/thump/position.hpp
    include/thump/receipt.hpp
    include/thump/server.hpp
    include/thump/server_options.hpp
    include/thump/stats.hpp
    include/thump/stream.hpp
    include/thump/subscription.hpp
    include/thump/subscription_options.hpp
    include/thump/time_point.hpp
    include/thump/types.hpp
    include/thump/version.hpp)

target_compile_features(thump PUBLIC cxx_std_20)
# Asio is compiled once, in the library: the two sides of the interface have to agree on its types.
target_compile_definitions(thump INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(thump
  PUBLIC Boost::headers Threads::Threads
  PRIVATE Boost::json Boost::url OpenSSL::Crypto ZLIB::ZLIB)

# Until 1.0 a minor version may break what was built with another.
set_target_properties(thump PROPERTIES
  LINKER_LANGUAGE CXX
  VERSION ${thump_VERSION}
  SOVERSION ${thump_VERSION_MAJOR}.${thump_VERSION_MINOR}
  VERIFY_INTERFACE_HEADER_SETS ON)
