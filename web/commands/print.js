import { writeSync } from 'node:fs';

/**
 * Writes to standard output, where somebody may have stopped reading: `corun doctor | head -1`.
 * @param {string} text
 */
export function print(text) {
  try {
    writeSync(1, text);
  } catch (error) {
    if (error.code !== 'EPIPE') throw error;
    process.exit(141); // as after SIGPIPE, which Node ignores
  }
}
