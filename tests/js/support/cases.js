// Plays the cases of tests/js/cases in Node.
import { playCase } from '../cases/support.js';
import { example, kit, places, test } from './programs.js';

/** What would keep the process from ending, and who listens to it. */
function alive() {
  const counts = { unhandledRejection: process.listenerCount('unhandledRejection'), SIGINT: process.listenerCount('SIGINT') };
  for (const kind of process.getActiveResourcesInfo())
    if (/Timeout|Immediate|MessagePort|Worker/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/**
 * @param {string} title
 * @param {Record<string, import('../cases/support.js').Play>} cases
 * @param {string[]} [names] of the places where; all, if there are none
 */
export function playAll(title, cases, names = places.map(({ name }) => name)) {
  for (const { name, options } of places.filter((place) => names.includes(place.name))) {
    const place = { name, options, program: () => kit, example, alive };
    test(`${title} in ${name}`, async (t) => {
      for (const [what, play] of Object.entries(cases)) await t.test(what, { timeout: 30_000 }, () => playCase(play, place));
    });
  }
}
