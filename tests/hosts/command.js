// Starting the `corun` command in tests: through pipes, or in a pseudo-terminal with a Ctrl-C key.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { browsers, hosts, root } from '../support/env.js';
import { untilTheEnd } from '../support/living.js';
import { execute } from '../support/process.js';

/** The hosts of `corun run` that are tested. */
export const runHosts = hosts.filter((host) => !browsers.includes(host));

export const corun = join(root, 'web/bin/corun.js');
const terminalHelper = fileURLToPath(new URL('terminal.py', import.meta.url));

export const program = (name) => join(root, 'tests/hosts/programs', `${name}.c`);
/** One that needs what only processes have. */
export const nativeProgram = (name) => join(root, 'tests/hosts/processes', `${name}.c`);
export const example = (name) => join(root, 'examples', `${name}.c`);

/** What is typed into a shell to run a program. */
export const runLine = (host, file) => `'${process.execPath}' '${corun}' run --host ${host} '${file}'`;

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

/** A command that is talked to while it runs: what it shows is waited for, then something is done to it. */
class Talk {
  output = '';
  over = false;
  child;
  #seen = 0;
  #closed;

  /**
   * @param {string[]} command
   * @param {{ env?: Record<string, string>, cwd?: string }} [options]
   */
  constructor([file, ...args], { env, cwd = root } = {}) {
    this.child = untilTheEnd(spawn(file, args, { cwd, env: cleanEnvironment(env), stdio: ['pipe', 'pipe', 'inherit'] }));
    this.child.stdout.setEncoding('utf8').on('data', (text) => { this.output += text; });
    this.child.stdin.on('error', () => {}); // typed after the end
    this.#closed = once(this.child, 'close').finally(() => { this.over = true; });
  }

  /** Waits until it has shown `text`, after what was waited for before. */
  async shows(text) {
    for (;;) {
      const at = this.output.indexOf(text, this.#seen);
      if (at >= 0) {
        this.#seen = at + text.length;
        return;
      }
      if (this.over) throw new Error(`ended without showing '${text}':\n${this.output}`);
      await Promise.race([once(this.child.stdout, 'data'), this.#closed]);
    }
  }

  type(text) {
    this.child.stdin.write(text);
  }

  /** How it ended: `status 0`, `SIGINT`. */
  async ended() {
    const [status, signal] = await this.#closed;
    return signal ?? `status ${status}`;
  }
}

/** A command in a pseudo-terminal of its own. */
export class Terminal extends Talk {
  constructor(command, options) {
    super(['python3', terminalHelper, ...command], options);
  }

  /** Starts `corun ARGS...`. */
  static corun(args, options) {
    return new Terminal([process.execPath, corun, ...args], options);
  }

  /** Starts a shell with job control, whose prompt is `bash-`. */
  static async shell() {
    const terminal = new Terminal(['bash', '--norc', '--noprofile', '-i'], { env: { PS1: 'bash- ', LC_ALL: 'C' } });
    await terminal.shows('bash-');
    return terminal;
  }

  interrupt() {
    this.type('\x03');
  }
}

/** A command as a child process: signals go to it alone. */
export class Process extends Talk {
  constructor(t, command, options) {
    super(command, options);
    t.after(() => this.child.kill('SIGKILL'));
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    this.child.kill(signal);
  }

  /** Waits until a signal has got to its handler: two that come together are one. */
  async hasTaken(signal) {
    const bit = 1n << BigInt(constants.signals[signal] - 1);
    const pending = () => /^ShdPnd:\s*(\w+)$/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'latin1'))[1];
    while (BigInt(`0x${pending()}`) & bit) await setTimeout(10);
  }
}
