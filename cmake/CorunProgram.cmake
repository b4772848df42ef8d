# corun_add_program(NAME SOURCE...)
#
# Makes a program that uses Corun: an executable natively, NAME.wasm with a WASI toolchain (for
# wasmtime, Node and pages alike), NAME.mjs and NAME.wasm with Emscripten. CORUN_STACK_SIZE is the C
# stack of a wasm program in bytes. CORUN_LINT (cmake/CorunLint.cmake) has its coroutines linted.
include("${CMAKE_CURRENT_LIST_DIR}/CorunLint.cmake")
set(CORUN_STACK_SIZE 262144 CACHE STRING "C stack of a wasm program, in bytes")

function(corun_add_program name)
    if(NOT CMAKE_C_COMPILER_LOADED)
        message(FATAL_ERROR "corun_add_program needs C here: project(NAME LANGUAGES C CXX), or enable_language(C)")
    endif()
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE corun::corun)
    # Emscripten's compiler brings no clang that can be called without it.
    if(CORUN_LINT AND NOT EMSCRIPTEN)
        corun_lint(${name})
    endif()
    if(EMSCRIPTEN)
        set_target_properties(${name} PROPERTIES SUFFIX .mjs)
        # -O2: emcc 3.1.6 renames every export and import above it. Without ENVIRONMENT=node its loader asks Node 20
        # for nothing that is not there in ES modules; the driver brings it the .wasm. INVOKE_RUN=0: main would else
        # start inside the factory, before an abort can be seen. docs/javascript.md has them for emcc by hand.
        target_link_options(${name} PRIVATE
            -O2
            -sMODULARIZE
            -sEXPORT_ES6
            -sENVIRONMENT=web,worker
            -sINVOKE_RUN=0
            -sEXIT_RUNTIME
            -sALLOW_MEMORY_GROWTH
            -sTOTAL_STACK=${CORUN_STACK_SIZE})
    elseif(CMAKE_SYSTEM_NAME STREQUAL "WASI")
        set_target_properties(${name} PROPERTIES SUFFIX .wasm)
        # The stack first: an overflow then traps at address 0 instead of overwriting data. The C
        # library's own debug information would more than double a release.
        # C's stdin gets what the control channel carries.
        target_link_options(${name} PRIVATE
            LINKER:--wrap=__wasi_fd_read
            LINKER:--stack-first
            LINKER:-z,stack-size=${CORUN_STACK_SIZE}
            $<$<CONFIG:Release,MinSizeRel>:LINKER:--strip-debug>)
    endif()
endfunction()
