/** WASI preview 1: the functions that few programs import, and what a program has that is more than those. */
import { BADF, INVAL, NOSYS, NOTSUP, SPIPE, SUCCESS } from './errno.js';
import { part } from './errors.js';

/** The preview 1 functions that only files have. */
const OF_FILES = [
  'fd_advise',
  'fd_allocate',
  'fd_datasync',
  'fd_fdstat_set_rights',
  'fd_filestat_set_size',
  'fd_filestat_set_times',
  'fd_pread',
  'fd_prestat_dir_name',
  'fd_prestat_get',
  'fd_pwrite',
  'fd_readdir',
  'fd_renumber',
  'fd_sync',
  'fd_tell',
];
const OF_DIRECTORIES = [
  'path_create_directory',
  'path_filestat_get',
  'path_filestat_set_times',
  'path_link',
  'path_open',
  'path_readlink',
  'path_remove_directory',
  'path_rename',
  'path_symlink',
  'path_unlink_file',
];
const NOWHERE = ['proc_raise', 'sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown'];
/** What these answer for descriptors 0-2, where it is not EBADF. */
const ON_STREAMS = /** @type {Record<string, number>} */ ({
  fd_tell: SPIPE,
  fd_pread: SPIPE,
  fd_pwrite: SPIPE,
  fd_advise: SPIPE,
  fd_allocate: SPIPE,
  fd_sync: SUCCESS,
  fd_datasync: SUCCESS,
  fd_filestat_set_size: INVAL,
  fd_renumber: NOTSUP,
});

/**
 * Gives a program all that it may have: functions, a file system, or another toolchain's way of instantiating.
 *
 * @param {import('./wasi.js').Wasi} wasi
 * @param {import('./machine.js').MachineParts} parts
 * @returns {Promise<import('./machine.js').Made | undefined>} undefined: it is to be instantiated as others are
 */
export async function extend(wasi, { loaded, settings }) {
  addRest(wasi);
  if (settings.files || settings.dirs) wasi.files = await (await part(import('./files.js'))).openFileSystem(settings, loaded);
  const { module, label, factory } = loaded;
  return factory ? (await part(import('./emscripten.js'))).openEmscripten(factory, module, wasi, label) : undefined;
}

/** @param {import('./wasi.js').Wasi} wasi */
function addRest(wasi) {
  wasi.add({
    clock_res_get(id, out) {
      if (id > 3) return INVAL;
      wasi.view.setBigUint64(out, 1000n, true);
      return SUCCESS;
    },
    random_get(at, size) {
      const longest = 65536; // what getRandomValues takes
      for (let done = 0; done < size; done += longest)
        crypto.getRandomValues(new Uint8Array(wasi.memory(), at + done, Math.min(longest, size - done)));
      return SUCCESS;
    },
    ...Object.fromEntries(NOWHERE.map((name) => [name, () => NOSYS])),
  });
  wasi.addOnStreams({
    ...Object.fromEntries(OF_FILES.map((name) => [name, () => ON_STREAMS[name] ?? BADF])),
    ...Object.fromEntries(OF_DIRECTORIES.map((name) => [name, (fd, ...rest) => wasi.onFiles(name, fd, rest)])),
    fd_fdstat_set_flags: () => SUCCESS,
    fd_filestat_get(fd, out) {
      new Uint8Array(wasi.memory(), out, 64).fill(0);
      wasi.view.setUint8(out + 16, wasi.filetype(fd));
      wasi.view.setBigUint64(out + 24, 1n, true);
      return SUCCESS;
    },
  });
}
