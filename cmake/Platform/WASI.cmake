# CMake 3.25 knows no WASI; a platform file of this name is all it asks for.
set(WASI TRUE)
