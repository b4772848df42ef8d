# Every NAME_test.c of tests/unit and tests/conformance, and every NAME.c in the folders named below, is a
# program. It comes out at the same path below the build folder, without ".c".
function(add_test_program folder source)
    cmake_path(GET source STEM name)
    string(REPLACE / _ target ${folder}_${name})
    corun_add_program(${target} ${source} ${ARGN})
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${folder}
        C_EXTENSIONS ON)
    target_link_libraries(${target} PRIVATE corun_flags)
endfunction()

add_custom_target(c_tests COMMENT "What tests/unit and tests/conformance run, and tests/hosts with real signals")

file(GLOB units CONFIGURE_DEPENDS tests/unit/*_test.c)
foreach(source ${units})
    add_test_program(tests/unit ${source} tests/unit/test.c)
    cmake_path(GET source STEM name)
    # For tests of what has no public face, like the heap.
    target_include_directories(tests_unit_${name} PRIVATE tests/unit src .)
    add_dependencies(c_tests tests_unit_${name})
endforeach()

file(GLOB scenarios CONFIGURE_DEPENDS tests/conformance/*_test.c)
foreach(source ${scenarios})
    add_test_program(tests/conformance ${source} tests/conformance/scene.c tests/unit/test.c)
    cmake_path(GET source STEM name)
    target_include_directories(tests_conformance_${name} PRIVATE tests/conformance tests/unit)
    add_dependencies(c_tests tests_conformance_${name})
endforeach()

set(folders tests/differential tests/hosts/programs tests/js/programs examples)
if(host STREQUAL native)
    list(APPEND folders tests/api tests/hosts/processes)
endif()
foreach(folder ${folders})
    file(GLOB programs CONFIGURE_DEPENDS ${folder}/*.c)
    foreach(source ${programs})
        add_test_program(${folder} ${source})
    endforeach()
endforeach()

file(GLOB parts CONFIGURE_DEPENDS tests/js/programs/kit/*.c)
target_sources(tests_js_programs_kit PRIVATE ${parts})

# So that a program which takes all memory has soon done so.
if(host STREQUAL wasi)
    target_link_options(tests_js_programs_kit PRIVATE -Wl,--max-memory=134217728)
endif()

if(host STREQUAL native)
    add_dependencies(c_tests tests_hosts_processes_serves tests_hosts_processes_embeds)
endif()

# Corun in other libraries' loops, where those are.
function(add_embedding name package)
    pkg_check_modules(${name} QUIET IMPORTED_TARGET ${package})
    if(${name}_FOUND)
        add_test_program(examples/embed examples/embed/${name}.c)
        target_link_libraries(examples_embed_${name} PRIVATE PkgConfig::${name})
    endif()
endfunction()

if(host STREQUAL native)
    find_package(PkgConfig)
    if(PKG_CONFIG_FOUND)
        add_embedding(libuv libuv)
        add_embedding(glib glib-2.0)
    endif()
endif()
