#!/usr/bin/env node
// npm start: runs examples/countdown.c in Node; npm start -- FILE.c ARGS... runs another program.
// Installs the dependencies when they are not there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

// npm writes this file last.
if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) install();
// npm has changed to the project's folder; files are named from where the user is.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
const named = process.argv.slice(2);
const program = named.length ? named : [relative('', join(root, 'examples', 'countdown.c'))];
const { main } = await import('../web/commands/main.js');
process.exitCode = await main(['run', '--host', 'node', ...program]);

function install() {
  console.error('Installing the dependencies, once');
  const { status, error } = spawnSync('npm', ['ci', '--silent'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(error ? `npm: ${error.message}` : 'npm ci failed; it says more without --silent');
  process.exit(1);
}
