# Headers, library, a CMake package (find_package(corun)) and a pkg-config file.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/corun)

install(TARGETS corun EXPORT corun ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/corun.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/corun DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

configure_package_config_file(cmake/corun-config.cmake.in corun-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(corun-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/corun-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/corun-config-version.cmake
    cmake/CorunProgram.cmake
    cmake/CorunLint.cmake
    cmake/toolchain-wasi.cmake
    cmake/toolchain-emscripten.cmake
    DESTINATION ${package})
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/lint/package.json "{ \"type\": \"module\" }\n")
install(DIRECTORY web/lint/ ${CMAKE_CURRENT_BINARY_DIR}/lint/ DESTINATION ${package}/lint FILES_MATCHING PATTERN "*.js*")
install(FILES cmake/Platform/WASI.cmake DESTINATION ${package}/Platform)
install(EXPORT corun FILE corun-targets.cmake NAMESPACE corun:: DESTINATION ${package})

file(RELATIVE_PATH CORUN_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
if(CORUN_NEEDS_THREADS)
    set(CORUN_PC_LIBS "-pthread -lm")
endif()
configure_file(cmake/corun.pc.in corun.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/corun.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
