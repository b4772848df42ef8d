/* Carries this process's standard input into the control channel. */
import { readFileSync } from 'node:fs';
import { standardInput } from './input.js';

/**
 * Starts to carry.
 * @param {import('./control-channel.js').ControlChannel} channel
 * @returns {() => void} stops it
 */
export function pumpInput(channel) {
  const input = standardInput() ?? process.stdin;
  let written = Promise.resolve();
  const follow = () => (mayRead(input) ? input.resume() : input.pause());
  input.on('data', (chunk) => {
    input.pause();
    written = written.then(() => channel.write(chunk)).then(follow);
  });
  input.on('end', () => written.then(() => channel.end()));
  input.on('error', (error) => {
    process.stderr.write(`corun: cannot read standard input: ${error.message}\n`);
    written.then(() => channel.end());
  });
  process.on('SIGCONT', follow);
  follow();
  return () => {
    process.removeListener('SIGCONT', follow);
    input.destroy();
  };
}

/** A job in the background that reads the terminal is stopped, also one whose program never reads. */
function mayRead(input) {
  if (!input.isTTY) return true;
  try {
    const text = readFileSync('/proc/self/stat', 'latin1');
    const [, , group, , , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}
