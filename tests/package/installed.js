// The package as its users get it: packed from a copy of this tree, installed into an empty project.
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { root } from '../support/env.js';
import { succeed } from '../support/process.js';

/** What a clone does not have. */
const made = ['node_modules', 'build', '.git', join('web', 'dist'), join('web', 'types')];

/**
 * Packs a copy, since others read web/dist while this builds it. It lies below this tree, whose node_modules it finds.
 *
 * @returns {Promise<{ tarball: string, bytes: number, files: string[] }>}
 */
async function pack() {
  const copy = join(root, 'build', 'package', 'clone');
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  for (const name of await readdir(root)) {
    if (made.includes(name)) continue;
    const filter = (path) => !made.some((left) => `${relative(root, path)}${sep}`.startsWith(left + sep));
    await cp(join(root, name), join(copy, name), { recursive: true, filter });
  }
  const packed = await succeed('npm', ['pack', '--json', '--pack-destination', '..'], { cwd: copy });
  const { filename, size, files } = listed(JSON.parse(packed));
  return { tarball: join(copy, '..', filename), bytes: size, files: files.map(({ path }) => path) };
}

/** npm 12 names each package, earlier ones list them. */
const listed = (answer) => (Array.isArray(answer) ? answer[0] : Object.values(answer)[0]);

/**
 * @typedef {object} Project
 * @property {string} folder
 * @property {Awaited<ReturnType<typeof pack>>} packed
 * @property {(...path: string[]) => string} at a place in the project
 * @property {() => Promise<void>} remove
 */

/** @returns {Promise<Project>} */
export async function installPackage() {
  const packed = await pack();
  const folder = await mkdtemp(join(tmpdir(), 'corun-package-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  await succeed('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.tarball], { cwd: folder });
  await cp(join(root, 'tests/package/project'), folder, { recursive: true });
  return {
    folder,
    packed,
    at: (...path) => join(folder, ...path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Every file of a folder, with its text. */
export async function texts(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return Promise.all(files.map(async (path) => ({ path: relative(folder, path), text: await readFile(path, 'latin1') })));
}
