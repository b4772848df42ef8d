/* Carries this process's standard input into the control channel. */
import { readFileSync } from 'node:fs';
import { standardInput } from './input.js';

/** Milliseconds until a job in the background looks whether it is in the foreground. */
const looksAgainAfter = 200;

/**
 * Starts to carry.
 * @param {import('./control-channel.js').ControlChannel} channel
 * @returns {() => void} stops it
 */
export function pumpInput(channel) {
  const input = standardInput() ?? process.stdin;
  let written = Promise.resolve();
  let again;
  const follow = () => {
    clearTimeout(again);
    if (mayRead(input)) return input.resume();
    input.pause();
    again = setTimeout(follow, looksAgainAfter); // a shell's fg says nothing to a job that was not stopped
  };
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
    clearTimeout(again);
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
