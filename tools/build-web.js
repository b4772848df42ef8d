/* Bundles the package for pages: web/dist/corun.js and the Worker it starts, web/dist/worker.js. What it
 * depends on is bundled in, since a bare import fails in a plain module script. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {string} path */
const inWeb = (path) => fileURLToPath(new URL(`../web/${path}`, import.meta.url));

await rm(inWeb('dist'), { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { corun: inWeb('src/index.js'), worker: inWeb('src/worker.js') },
  outdir: inWeb('dist'),
  bundle: true,
  splitting: true,
  chunkNames: 'part-[hash]',
  format: 'esm',
  platform: 'browser',
  conditions: ['browser'],
  target: ['es2022'],
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
});
const ofNode = Object.keys(metafile.inputs).filter((path) => /-node\.js$/.test(path));
if (ofNode.length > 0) throw new Error(`reachable from a page: ${ofNode.join(', ')}`);
