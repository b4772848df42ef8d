/* What a page loads of the driver before it runs a program: its files, minified, and their sizes as gzip makes them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * @param {string} directory web/dist, built
 * @returns {Promise<{ files: string[], bytes: number }>} `corun.js` and all that it imports statically
 */
export async function firstLoad(directory) {
  const files = new Set(['corun.js']);
  let bytes = 0;
  // The set grows while it is walked.
  for (const name of files) {
    const source = await readFile(join(directory, name), 'utf8');
    bytes += gzipSync(source, { level: 9 }).length;
    for (const [, path = ''] of source.matchAll(/\b(?:import|from)\s*"\.\/([^"]+)"/g)) files.add(path);
  }
  return { files: [...files].sort(), bytes };
}
