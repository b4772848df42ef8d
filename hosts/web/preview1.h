/* What WASI's preview 1 does for both hosts of a wasm build, and Emscripten's imitation of it. */
#ifndef HOSTS_WEB_PREVIEW1_H
#define HOSTS_WEB_PREVIEW1_H

#include <wasi/api.h>

#include "hosts/host.h"

/* The import itself: WASI builds wrap the C library's own (hosts/wasi/control.c). */
#ifdef __EMSCRIPTEN__
#define preview1_fd_read __wasi_fd_read
#else
__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_read"))) __wasi_errno_t
preview1_fd_read(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count, __wasi_size_t *out_size);
#endif

/* As in struct host and struct host_files. */
CORUN_INTERNAL int64_t preview1_now(void *state);
CORUN_INTERNAL int64_t preview1_read(int fd, void *buffer, size_t size_bytes);
CORUN_INTERNAL int64_t preview1_write(int fd, const void *bytes, size_t size_bytes);

#endif
