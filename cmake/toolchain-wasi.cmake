# C to WASI preview 1: a WASI SDK if WASI_SDK_PATH (variable or environment) names one, else
# Debian's clang-19 with wasi-libc, lld-19 and libclang-rt-19-dev-wasm32.
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
set(CMAKE_SYSTEM_NAME WASI)
set(CMAKE_SYSTEM_VERSION 1)
set(CMAKE_SYSTEM_PROCESSOR wasm32)

if(NOT WASI_SDK_PATH)
    set(WASI_SDK_PATH "$ENV{WASI_SDK_PATH}")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WASI_SDK_PATH)

set(triple wasm32-wasi)
if(WASI_SDK_PATH)
    set(CMAKE_C_COMPILER "${WASI_SDK_PATH}/bin/clang")
    set(CMAKE_AR "${WASI_SDK_PATH}/bin/llvm-ar")
    set(CMAKE_RANLIB "${WASI_SDK_PATH}/bin/llvm-ranlib")
    if(NOT EXISTS "${WASI_SDK_PATH}/share/wasi-sysroot/lib/wasm32-wasi")
        set(triple wasm32-wasip1) # the name since WASI SDK 25
    endif()
    set(CMAKE_FIND_ROOT_PATH "${WASI_SDK_PATH}/share/wasi-sysroot")
else()
    set(CMAKE_C_COMPILER clang-19)
    set(CMAKE_AR llvm-ar-19)
    set(CMAKE_RANLIB llvm-ranlib-19)
endif()
set(CMAKE_C_COMPILER_TARGET ${triple})

set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "Flags of release builds")
set(CMAKE_EXECUTABLE_SUFFIX_C .wasm)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
# Packages for WASI, this one among them, are installed wherever their user likes.
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
