import { parseArgs } from 'node:util';

/** Exit statuses with a meaning to shells. */
export const status = { failed: 1, usage: 2, notRunnable: 126, notFound: 127 };

/** What the user can do something about: printed as one line, without a stack. */
export class CommandError extends Error {
  /**
   * @param {string} message
   * @param {number} exitStatus
   */
  constructor(message, exitStatus = status.failed) {
    super(message);
    this.status = exitStatus;
  }
}

/** @param {string} message */
export const usageError = (message) => new CommandError(message, status.usage);

/**
 * Parses a command's arguments by node:util; every command also takes --help.
 * @param {string[]} args
 * @param {import('node:util').ParseArgsConfig['options']} options
 */
export function parse(args, options) {
  try {
    const all = { help: { type: /** @type {const} */ ('boolean'), short: 'h' }, ...options };
    return parseArgs({ args, options: all, allowPositionals: true, strict: true });
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw usageError(error.message.split('\n')[0]);
  }
}

/**
 * Gives a file's name for another command's line, where `-name` would be an option and `@name` more of the line.
 * @param {string} file
 */
export const asArgument = (file) => (/^[-@]/.test(file) ? `./${file}` : file);

/**
 * Reads an option that must be a number of at least `least`.
 * @param {string | undefined} text
 * @param {string} name
 * @param {number} least
 */
export function numberOption(text, name, least = 0) {
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? NaN : Number(text);
  if (!(number >= least && number < Infinity)) {
    throw usageError(`--${name} takes a number of at least ${least}, not '${text}'`);
  }
  return number;
}
