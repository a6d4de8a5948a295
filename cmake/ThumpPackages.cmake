# The Debian packages thump and libthump-dev: `./dev package`, or cpack in a build folder that was
# configured with -DCMAKE_INSTALL_PREFIX=/usr.
include_guard()
include(GNUInstallDirs)

# ---------------------------------------------------------------- what thump consists of

set(thump_doc_dir ${CMAKE_INSTALL_DATAROOTDIR}/doc)

install(TARGETS thumpd thump_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
# For the system it is /etc; elsewhere it moves with the prefix that an installation is given.
set(thump_conf_dir ${CMAKE_INSTALL_SYSCONFDIR})
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(thump_conf_dir ${CMAKE_INSTALL_FULL_SYSCONFDIR})
endif()
install(FILES ${thump_SOURCE_DIR}/conf/thumpd.json
  DESTINATION ${thump_conf_dir}/thump COMPONENT runtime)
configure_file(${thump_SOURCE_DIR}/conf/thumpd.service.in ${thump_BINARY_DIR}/thumpd.service @ONLY)
install(FILES ${thump_BINARY_DIR}/thumpd.service
  DESTINATION lib/systemd/system COMPONENT runtime)
install(FILES ${thump_SOURCE_DIR}/conf/nginx.conf
  DESTINATION ${thump_doc_dir}/thump/examples COMPONENT runtime)

foreach(shell IN ITEMS bash-completion/completions/thump zsh/vendor-completions/_thump)
  cmake_path(GET shell PARENT_PATH folder)
  install(FILES ${thump_BINARY_DIR}/share/${shell}
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/${folder} COMPONENT runtime)
endforeach()

# ---------------------------------------------------------------- what Debian asks for

find_program(THUMP_GZIP gzip)
mark_as_advanced(THUMP_GZIP)

# FILE compressed, the same bytes every time.
function(thump_compressed file result)
  cmake_path(GET file FILENAME name)
  set(made ${thump_BINARY_DIR}/compressed/${name}.gz)
  execute_process(COMMAND ${THUMP_GZIP} -9nc ${file} OUTPUT_FILE ${made} COMMAND_ERROR_IS_FATAL ANY)
  set(${result} ${made} PARENT_SCOPE)
endfunction()

if(THUMP_GZIP)
  file(MAKE_DIRECTORY ${thump_BINARY_DIR}/compressed)
  configure_file(${thump_SOURCE_DIR}/CHANGELOG.md ${thump_BINARY_DIR}/compressed/changelog COPYONLY)
  thump_compressed(${thump_BINARY_DIR}/compressed/changelog changelog)
  foreach(page IN ITEMS man1/thump.1 man8/thumpd.8)
    cmake_path(GET page PARENT_PATH folder)
    install(CODE "execute_process(COMMAND ${THUMP_GZIP} -9nkf ${thump_BINARY_DIR}/share/man/${page})"
      COMPONENT runtime)
    install(FILES ${thump_BINARY_DIR}/share/man/${page}.gz
      DESTINATION ${CMAKE_INSTALL_MANDIR}/${folder} COMPONENT runtime)
  endforeach()
  foreach(pair IN ITEMS runtime:thump dev:libthump-dev)
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 component)
    list(GET pair 1 package)
    install(FILES ${thump_SOURCE_DIR}/cmake/debian/copyright ${changelog}
      DESTINATION ${thump_doc_dir}/${package} COMPONENT ${component})
  endforeach()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGE_NAME thump)
set(CPACK_PACKAGE_VERSION ${thump_VERSION})
set(CPACK_PACKAGE_CONTACT "thump maintainers <maintainers@thump.example>")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
# The folders' rights, whatever the umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME thump)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION net)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_DEBUGINFO_PACKAGE OFF)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
"Programs publish events over HTTP or WebSocket, and everyone who subscribed
sees them at once and in one order, by WebSocket or server-sent events. A
subscriber that is too slow loses events rather than slowing anyone else, and
is told exactly which.

This package has the daemon thumpd and the command line.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
  ${thump_SOURCE_DIR}/cmake/debian/conffiles
  ${thump_SOURCE_DIR}/cmake/debian/postinst
  ${thump_SOURCE_DIR}/cmake/debian/prerm
  ${thump_SOURCE_DIR}/cmake/debian/postrm)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libthump-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libboost1.81-dev, libboost-json1.81-dev, libboost-url1.81-dev, libssl-dev, zlib1g-dev")
set(CPACK_DEBIAN_DEV_DEBUGINFO_PACKAGE OFF)
set(CPACK_COMPONENT_DEV_DESCRIPTION
"The broker and its network face as a library for C++20 programs, which run on
an io_context of Boost.Asio: publish and subscribe inside of a process, and
serve both over HTTP, WebSocket and server-sent events.

This package has the headers and the static library.")

include(CPack)
