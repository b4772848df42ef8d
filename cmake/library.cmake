# The library: one file that includes all the others, or, with CORUN_SEPARATE, each file alone.
if(CORUN_SEPARATE)
    file(GLOB sources CONFIGURE_DEPENDS src/*.c hosts/sim/*.c hosts/${host}/*.c)
    if(host STREQUAL wasi)
        # A WASI program also runs in pages, by the turn interface.
        file(GLOB turn CONFIGURE_DEPENDS hosts/web/*.c)
        list(FILTER turn EXCLUDE REGEX "/(start|all)\\.c$")
        list(APPEND sources ${turn})
    endif()
    list(FILTER sources EXCLUDE REGEX "/(corun_)?all\\.c$")
else()
    set(sources hosts/${host}/all.c)
    file(GLOB included CONFIGURE_DEPENDS src/*.[ch] hosts/*/*.[ch])
    # So that build files are made anew, and all.c is compiled anew, when a file comes or goes.
    set_source_files_properties(${sources} PROPERTIES OBJECT_DEPENDS "${included}")
endif()

add_library(corun STATIC ${sources})
add_library(corun::corun ALIAS corun)
target_compile_features(corun PUBLIC c_std_11)
target_include_directories(corun
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE src .)
target_link_libraries(corun PRIVATE $<BUILD_INTERFACE:corun_flags>)
# A function that no header declares would not be exported.
target_compile_options(corun PRIVATE -Wmissing-prototypes)
if(CORUN_SEPARATE)
    set_target_properties(corun PROPERTIES C_VISIBILITY_PRESET hidden)
endif()

set(CORUN_NEEDS_THREADS OFF)
if(host STREQUAL native)
    set(CORUN_NEEDS_THREADS ON)
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads REQUIRED)
    target_link_libraries(corun PUBLIC Threads::Threads m)
endif()
