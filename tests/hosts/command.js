// Starting the `corun` command in tests: through pipes, or in a pseudo-terminal with a Ctrl-C key.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hosts, root } from '../support/env.js';
import { execute } from '../support/process.js';

/** The hosts of `corun run` that are tested. */
export const runHosts = hosts.filter((host) => host !== 'chromium');

export const corun = join(root, 'web/bin/corun.js');
const terminalHelper = fileURLToPath(new URL('terminal.py', import.meta.url));

export const program = (name) => join(root, 'tests/hosts/programs', `${name}.c`);
export const example = (name) => join(root, 'examples', `${name}.c`);

/** Without what npm adds: under npm the command takes two quick SIGINTs for one. */
export function cleanEnvironment(more = {}) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  return { ...Object.fromEntries(own), ...more };
}

/** Runs `corun ARGS...` to its end, through pipes. */
export function run(args, { env, ...options } = {}) {
  const set = Object.entries({ ...env }).map(([name, value]) => `${name}=${value}`);
  return execute('env', ['-u', 'npm_command', ...set, process.execPath, corun, ...args], options);
}

/** A directory that goes when the test ends. */
export function temporaryDirectory(t) {
  const path = mkdtempSync(join(tmpdir(), 'corun-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A command in a pseudo-terminal of its own. */
export class Terminal {
  output = '';
  over = false;
  #seen = 0;
  #child;
  #closed;

  /**
   * @param {string[]} command
   * @param {{ env?: Record<string, string>, cwd?: string }} [options]
   */
  constructor(command, { env, cwd = root } = {}) {
    this.#child = spawn('python3', [terminalHelper, ...command], {
      cwd,
      env: cleanEnvironment(env),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => { this.output += text; });
    this.#child.stdin.on('error', () => {}); // typed after the end
    this.#closed = once(this.#child, 'close').finally(() => { this.over = true; });
  }

  /** Starts `corun ARGS...`. */
  static corun(args, options) {
    return new Terminal([process.execPath, corun, ...args], options);
  }

  /** Waits until the terminal shows `text`, after what was waited for before. */
  async shows(text) {
    for (;;) {
      const at = this.output.indexOf(text, this.#seen);
      if (at >= 0) {
        this.#seen = at + text.length;
        return;
      }
      if (this.over) throw new Error(`ended without showing '${text}':\n${this.output}`);
      await Promise.race([once(this.#child.stdout, 'data'), this.#closed]);
    }
  }

  type(text) {
    this.#child.stdin.write(text);
  }

  interrupt() {
    this.type('\x03');
  }

  /** How it ended: `status 0`, `SIGINT`. */
  async ended() {
    const [status, signal] = await this.#closed;
    return signal ?? `status ${status}`;
  }
}
