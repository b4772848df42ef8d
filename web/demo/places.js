/** How a place in the source is named: without the folders, which only make it long. */

/** @param {import('corun').Place} place */
export function wordsOfPlace({ function: name, file, line }) {
  return `in ${name} (${file.replace(/^.*[/\\]/, '')}:${line})`;
}
