/**
 * All of worker.js as text. tools/build-web.js puts it here, in what is bundled; nothing else asks for it.
 *
 * @type {string}
 */
export const text = '';
