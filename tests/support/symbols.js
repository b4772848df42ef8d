// What a library lets others link to.
import { succeed } from './process.js';

/** The visible symbols of a native static library, sorted. */
export async function exported(archive) {
  const table = await succeed('readelf', ['--symbols', '--wide', archive]);
  const names = table.split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , , bind, visibility, section]) =>
      /^(GLOBAL|WEAK)$/.test(bind) && visibility === 'DEFAULT' && section !== 'UND')
    .map((columns) => columns[7]);
  return [...new Set(names)].sort();
}
