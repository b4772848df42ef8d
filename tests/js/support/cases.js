// Plays the cases of tests/js/cases in Node.
import { playCase } from '../cases/support.js';
import { alive } from './leaks.js';
import { emscripten, example, places, program, test } from './programs.js';

/** Where the programs lie that each toolchain has made; of Emscripten's, the script. */
const toolchains = {
  WASI: { program, example },
  Emscripten: {
    program: (/** @type {string} */ name) => emscripten(`tests/js/programs/${name}`, '.mjs'),
    example: (/** @type {string} */ name) => emscripten(`examples/${name}`, '.mjs'),
  },
};

/**
 * @param {string} title
 * @param {Record<string, import('../cases/support.js').Play>} cases
 * @param {string[]} [names] of the places where; all, if there are none
 * @param {keyof typeof toolchains} [toolchain]
 */
export function playAll(title, cases, names = places.map(({ name }) => name), toolchain = 'WASI') {
  for (const { name, options } of places.filter((place) => names.includes(place.name))) {
    const place = { name, options, ...toolchains[toolchain], alive };
    test(`${title} in ${name}`, async (t) => {
      for (const [what, play] of Object.entries(cases)) await t.test(what, { timeout: 30_000 }, () => playCase(play, place));
    });
  }
}
