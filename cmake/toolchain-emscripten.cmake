# Emscripten: what EMSDK or the PATH offers. What Debian's 3.1.6 needs on top to be called stands here; for what its
# output needs see docs/platforms.md, which names the places.
if(DEFINED ENV{EMSDK})
    set(EMSCRIPTEN_ROOT_PATH "$ENV{EMSDK}/upstream/emscripten")
else()
    set(EMSCRIPTEN_ROOT_PATH /usr/share/emscripten)
endif()
include("${EMSCRIPTEN_ROOT_PATH}/cmake/Modules/Platform/Emscripten.cmake")

# Debian keeps acorn, which emcc needs at every link, where only Debian's own node looks for it.
if(EXISTS /usr/share/nodejs/acorn)
    set(ENV{NODE_PATH} /usr/share/nodejs)
    set(CMAKE_C_LINKER_LAUNCHER "${CMAKE_COMMAND};-E;env;NODE_PATH=/usr/share/nodejs")
endif()

# Packages for Emscripten, this one among them, are installed wherever their user likes.
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
