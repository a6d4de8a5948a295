# What `cmake --install` puts where, for find_package(thump) and pkg-config.
include_guard()
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(thump_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/thump)
set(thump_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS thump EXPORT thumpTargets COMPONENT dev
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT thumpTargets NAMESPACE thump:: DESTINATION ${thump_cmake_dir} COMPONENT dev)

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/thumpConfig.cmake.in ${thump_BINARY_DIR}/thumpConfig.cmake
  INSTALL_DESTINATION ${thump_cmake_dir}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${thump_BINARY_DIR}/thumpConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(
  FILES ${thump_BINARY_DIR}/thumpConfig.cmake ${thump_BINARY_DIR}/thumpConfigVersion.cmake
  DESTINATION ${thump_cmake_dir} COMPONENT dev)

# With a static library, what it needs is what its users link; a shared one knows that itself.
set(thump_pc_private "")
if(BUILD_SHARED_LIBS)
  set(thump_pc_private ".private")
endif()
file(RELATIVE_PATH thump_pc_prefix
  ${CMAKE_INSTALL_PREFIX}/${thump_pkgconfig_dir} ${CMAKE_INSTALL_PREFIX})
configure_file(${CMAKE_CURRENT_LIST_DIR}/thump.pc.in ${thump_BINARY_DIR}/thump.pc @ONLY)
install(FILES ${thump_BINARY_DIR}/thump.pc DESTINATION ${thump_pkgconfig_dir} COMPONENT dev)

if(PROJECT_IS_TOP_LEVEL AND THUMP_BUILD_APPS)
  include(ThumpPackages)
endif()
