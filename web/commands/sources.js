/* Which files a compilation reads: the key of the cache, and what the bundled compiler, which sees
 * no real file system, must be handed. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const directive = /^[ \t]*#[ \t]*(?:include|include_next|import|embed)\b[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)?/gm;

/**
 * Reads the given C files and, recursively, what they include or embed from their own directories and from
 * `includeDirectories`. Headers that are found in neither are the compiler's own.
 * @param {string[]} files absolute paths
 * @param {string[]} includeDirectories absolute paths
 * @returns {Promise<{ contents: Map<string, Buffer>, complete: boolean }>} complete: no `#include` of
 *   a macro, whose file nobody but the compiler knows
 */
export async function readSources(files, includeDirectories) {
  const contents = new Map();
  let complete = true;
  const waiting = [...files];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (contents.has(path)) continue;
    const bytes = await readFile(path).catch(() => null);
    if (!bytes) continue;
    contents.set(path, bytes);
    for (const [, quoted, angled] of bytes.toString('latin1').matchAll(directive)) {
      const name = Buffer.from(quoted ?? angled ?? '', 'latin1').toString();
      if (!name) complete = false;
      const places = quoted ? [dirname(path), ...includeDirectories] : includeDirectories;
      waiting.push(...(name ? places.map((place) => resolve(join(place, name))) : []));
    }
  }
  return { contents, complete };
}
