/* Bundles the package for pages: web/dist/corun.js and the Worker it starts, web/dist/worker.js. What it
 * depends on is bundled in, since a bare import fails in a plain module script. */
import { readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {string} path */
const inWeb = (path) => fileURLToPath(new URL(`../web/${path}`, import.meta.url));

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

// What an earlier build left; last, so that a page that is being served finds its parts.
const made = Object.keys(metafile.outputs).map((path) => basename(path));
for (const name of await readdir(inWeb('dist'))) {
  if (!made.includes(name)) await rm(inWeb(`dist/${name}`), { recursive: true });
}
