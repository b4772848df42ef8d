#!/usr/bin/env node
// Checks what no compiler does:
//   - every corun_... and CORUN_... that a comment or a document names exists in the code;
//   - every public function has a comment block, of its own or shared with the functions above it;
//   - every .c of the library is in the one file that is compiled, and every public header in the umbrella.
// Placeholders count as the beginning of names: corun_task_*, corun_loop_..., corun_entry_NAME.
import { codeOf, commentsOf, read, sources } from './sources.js';

const names = /\b(?:corun|CORUN)_\w+/g;
const code = /\.(?:[ch]|js|py|cmake)(?:\.in)?$|CMakeLists\.txt$|CMakePresets\.json$|^tools\/[^.]+$/;
const commented = /\.(?:[ch]|js)$/;

/** All names that some code, not comment, spells out or makes. */
function existing() {
  const found = new Set();
  for (const path of sources(code)) {
    const text = commented.test(path) ? codeOf(read(path)) : read(path);
    for (const [name] of text.matchAll(names)) found.add(name);
  }
  for (const [, name] of read('include/corun/error.h').matchAll(/\bX\(-\d+, (\w+),/g)) found.add(`CORUN_${name}`);
  return found;
}

function exists(name, known) {
  if (known.has(name)) return true;
  // corun_task_ of corun_task_*, corun_entry_ of corun_entry_NAME
  const start = /^corun_/.test(name) ? name.replace(/[A-Z]+$/, '') : name;
  return start.endsWith('_') && [...known].some((other) => other.startsWith(start));
}

function unknownNames(known) {
  const problems = [];
  const look = (path, text) => text.split('\n').forEach((line, index) => {
    for (const [name] of line.matchAll(names))
      if (!exists(name, known)) problems.push(`${path}:${index + 1}: there is no ${name}`);
  });
  for (const path of sources(commented)) look(path, commentsOf(read(path)));
  for (const path of sources(/\.md$/)) look(path, read(path));
  return problems;
}

/** Whether the line above the group of declarations that `index` stands in ends a comment block. */
function isDocumented(lines, index) {
  let above = index - 1;
  while (above >= 0 && lines[above].trim() !== '' && !lines[above].trimEnd().endsWith('*/')) above--;
  if (above < 0 || lines[above].trim() === '') return false;
  return !/^\/\* -+ .* ?\*\/$/.test(lines[above].trim()); // a heading is no block
}

function undocumented() {
  const problems = [];
  for (const path of sources(/^include\/.*\.h$/)) {
    const lines = read(path).split('\n');
    lines.forEach((line, index) => {
      const name = /^CORUN_API [^(]*?\b(corun_\w*[a-z])\(/.exec(line)?.[1];
      if (name && !isDocumented(lines, index)) problems.push(`${path}:${index + 1}: ${name} has no comment block`);
    });
  }
  return problems;
}

/** What a folder's own files must be included by; the hosts' in at least one, since the wasm hosts share some. */
const wholes = [
  { parts: /^src\/.*\.c$/, whole: /^src\/corun_all\.c$/, except: [] },
  { parts: /^hosts\/.*\.c$/, whole: /^hosts\/\w+\/all\.c$/, except: [] },
  { parts: /^include\/corun\/.*\.h$/, whole: /^include\/corun\.h$/, except: ['include/corun/expand.h', 'include/corun/sim.h'] },
];

function leftOut() {
  return wholes.flatMap(({ parts, whole, except }) => {
    const files = sources(whole);
    const included = files.flatMap((path) => [...codeOf(read(path)).matchAll(/#include "(.*)"/g)].map(([, name]) => name));
    return sources(parts)
      .filter((path) => !files.includes(path) && !except.includes(path))
      .filter((path) => !included.some((name) => path.endsWith(`/${name}`) || path === name))
      .map((path) => `${path}: not part of the library, since ${files.join(', ')} does not include it`);
  });
}

const problems = [...unknownNames(existing()), ...undocumented(), ...leftOut()];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length ? 1 : 0;
