/** `dirs` in Node: directories of the machine through node:wasi, for descriptors above 2 only. */

/**
 * @param {Record<string, string>} dirs
 * @returns {Promise<import('./files.js').FileSystem>}
 */
export async function openDirectories(dirs) {
  const { WASI } = await loadWasi();
  const wasi = new WASI({ version: 'preview1', preopens: dirs, args: [], env: {}, returnOnExit: true });
  const { wasi_snapshot_preview1: imports } =
    /** @type {{ wasi_snapshot_preview1: Record<string, (...args: any[]) => number> }} */ (
      wasi.getImportObject()
    );
  return {
    imports,
    // Only the memory: with the module's own exports it would refuse one that has _start.
    bind: (memory) => wasi.initialize({ exports: { memory } }),
  };
}

/** @type {Promise<typeof import('node:wasi')> | undefined} */
let loading;

/** Once for all who ask: two at a time would put back what the other had taken away. */
export const loadWasi = () => (loading ??= loadWithoutWarning());

/** Keeps the one warning that node:wasi is experimental off stderr, which is the guest's. */
async function loadWithoutWarning() {
  const { emitWarning } = process;
  /** @param {unknown} warning @param {any[]} rest */
  process.emitWarning = (warning, ...rest) => {
    const [type] = rest;
    const name = type?.type ?? type;
    if (name === 'ExperimentalWarning' && /\bWASI\b/.test(String(warning))) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return await import('node:wasi');
  } finally {
    process.emitWarning = emitWarning;
  }
}
