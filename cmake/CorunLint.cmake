# corun_lint(TARGET): the lint stands before the compiler of a target, and refuses coroutines that read
# what an await has lost. CORUN_LINT says whether corun_add_program asks for it; AUTO: if there are Node and a
# clang. It works on clang's syntax tree, so it needs one also where gcc compiles.
set(CORUN_LINT OFF CACHE STRING "Lint the coroutines of programs: ON, OFF, or AUTO, where Node and a clang are there")
set_property(CACHE CORUN_LINT PROPERTY STRINGS OFF ON AUTO)

set(_corun_lint "${CMAKE_CURRENT_LIST_DIR}/lint/launcher.js")
if(NOT EXISTS "${_corun_lint}")
    set(_corun_lint "${CMAKE_CURRENT_LIST_DIR}/../web/lint/launcher.js") # not installed
endif()
set(CORUN_LINT_LAUNCHER "${_corun_lint}" CACHE INTERNAL "")

function(corun_lint target)
    find_program(CORUN_LINT_NODE NAMES node nodejs DOC "Node, which runs the lint")
    if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
        set(clang "${CMAKE_C_COMPILER}")
    else()
        find_program(CORUN_LINT_CLANG DOC "A clang, which reads C for the lint"
            NAMES clang clang-22 clang-21 clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
        set(clang "${CORUN_LINT_CLANG}")
    endif()
    if(clang AND CORUN_LINT_NODE)
        set(launcher "${CORUN_LINT_NODE}" "${CORUN_LINT_LAUNCHER}" "${clang}")
        get_target_property(other ${target} C_COMPILER_LAUNCHER)
        if(other)
            list(APPEND launcher ${other})
        endif()
        set_target_properties(${target} PROPERTIES C_COMPILER_LAUNCHER "${launcher}")
    elseif(NOT CORUN_LINT STREQUAL "AUTO")
        message(FATAL_ERROR "CORUN_LINT needs Node and a clang: set CORUN_LINT_NODE and CORUN_LINT_CLANG")
    endif()
endfunction()
