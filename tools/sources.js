// The project's own files, and C with its comments taken apart from its code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const skipped = /^(\.git|build|node_modules|web\/(dist|types))(\/|$)/;

/** Paths of all files of the project that match, relative to its folder. */
export function sources(pattern, folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (skipped.test(path)) return [];
    if (entry.isDirectory()) return sources(pattern, path);
    return pattern.test(path) ? [path] : [];
  }).sort();
}

export const read = (path) => readFileSync(join(root, path), 'utf8');

const tokens = /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;

/** The text with everything that is not a comment blanked, or everything that is; lines stay. */
const blank = (text) => text.replace(/[^\n]/g, ' ');
const isComment = (token) => token.startsWith('/*') || token.startsWith('//');

export const codeOf = (text) => text.replace(tokens, (token) => (isComment(token) ? blank(token) : token));

export function commentsOf(text) {
  let out = '';
  let end = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    out += blank(text.slice(end, index)) + (isComment(token) ? token : blank(token));
    end = index + token.length;
  }
  return out;
}
