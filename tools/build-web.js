/* Bundles the package for pages: web/dist/corun.js, the parts that it loads first and later, the Worker that it starts,
 * web/dist/worker.js, and the licences of what is bundled in, since a bare import fails in a plain module script. */
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {string} path */
const inWeb = (path) => fileURLToPath(new URL(`../web/${path}`, import.meta.url));

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const common = {
  outdir: inWeb('dist'),
  absWorkingDir: inWeb('..'),
  bundle: true,
  format: 'esm',
  platform: 'browser',
  conditions: ['browser'],
  target: ['es2022'],
  minify: true,
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
};

// In one file: bundlers cannot split what a Worker imports later, and it must also run as a text.
const worker = await build({ ...common, entryPoints: { worker: inWeb('src/worker.js') } });
await keepBundlersOut(worker);
const text = (await readFile(inWeb('dist/worker.js'), 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
const workerText = `export const text = ${JSON.stringify(text)};`;

const sources = await readdir(inWeb('src'));
const texts = new Map(await Promise.all(sources.map(async (name) => /** @type {[string, string]} */ ([name, await readFile(inWeb(`src/${name}`), 'utf8')]))));
/** The files of src that are loaded later, each by an import() of some other. */
const later = new Set([...texts.values()].flatMap((source) => [...source.matchAll(/\bimport\('\.\/([\w-]+\.js)'\)/g)].map(([, name]) => name)));

const page = await build({
  ...common,
  entryPoints: { corun: inWeb('src/index.js') },
  splitting: true,
  chunkNames: 'part-[hash]',
  plugins: [
    {
      // Code that several entries share goes to one part for each set of entries. So all that is loaded first would come in a dozen
      // parts, if each that is loaded later did not reach all of it, as by this line.
      name: 'one part for what is loaded first',
      setup({ onLoad }) {
        onLoad({ filter: /\/web\/src\/[\w-]+\.js$/ }, ({ path }) => {
          const name = basename(path);
          return later.has(name) ? { contents: `${name === 'worker-text.js' ? workerText : texts.get(name)}\nexport * from './index.js';\n` } : undefined;
        });
      },
    },
  ],
});

await keepBundlersOut(page);

const inputs = Object.keys({ ...worker.metafile.inputs, ...page.metafile.inputs });
const ofNode = inputs.filter((path) => /-node\.js$/.test(path));
if (ofNode.length > 0) throw new Error(`reachable from a page: ${ofNode.join(', ')}`);

await writeFile(inWeb('dist/LICENSES.txt'), await licences(inputs));

/**
 * Minifying takes away the comments that keep bundlers from an address which only a running page knows: webpack would make
 * a search among its own modules of it. The maps are some columns off behind such a place.
 *
 * @param {{ metafile: import('esbuild').Metafile }} built
 */
async function keepBundlersOut({ metafile }) {
  for (const path of Object.keys(metafile.outputs).filter((name) => name.endsWith('.js'))) {
    const file = join(common.absWorkingDir ?? '', path);
    const code = await readFile(file, 'utf8');
    const kept = code.replace(/\bimport\((?=\w+\))/g, 'import(/*webpackIgnore:true*//*@vite-ignore*/');
    if (kept !== code) await writeFile(file, kept);
  }
}

/** Of the packages that files are from, as each of them wants to be handed on. @param {string[]} paths */
async function licences(paths) {
  const folders = new Set(paths.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const texts = [...folders].map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(common.absWorkingDir ?? '', folder, 'package.json'), 'utf8'));
    const files = (await readdir(join(common.absWorkingDir ?? '', folder))).filter((file) => /^licen[cs]e/i.test(file));
    if (files.length === 0) throw new Error(`${name} has no licence to hand on`);
    const parts = await Promise.all(files.map((file) => readFile(join(common.absWorkingDir ?? '', folder, file), 'utf8')));
    return `${name} ${version}, ${license}\n\n${parts.join('\n')}`;
  });
  return `These files contain parts of:\n\n${(await Promise.all(texts)).join('\n')}`;
}

// What an earlier build left; last, so that a page that is being served finds its parts.
const made = Object.keys({ ...worker.metafile.outputs, ...page.metafile.outputs }).map((path) => basename(path));
for (const name of await readdir(inWeb('dist'))) {
  if (![...made, 'LICENSES.txt'].includes(name)) await rm(inWeb(`dist/${name}`), { recursive: true });
}
