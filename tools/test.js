#!/usr/bin/env node
// npm test: sets the machine up, builds what the tests run, runs them all.
//
//   npm test                                    everything
//   CORUN_TEST_HOSTS=native,node npm test       some hosts
//   npm test -- unit                            test files whose path contains "unit"
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { browsers, hosts, presets, root } from '../tests/support/env.js';

function run(command, args, stdout = 'inherit') {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return { status: result.error ? 1 : (result.status ?? 1), output: result.stdout };
}

/** Runs a step of the preparation; what it has to say is only of interest if it fails. */
function must(what, command, args, stdout = 'pipe') {
  console.log(`-- ${what}`);
  const { status, output } = run(command, args, stdout);
  if (status === 0) return;
  console.error(`${output ?? ''}npm test: ${what} failed (${[command, ...args].join(' ')})`);
  process.exit(status);
}

function buildPreset(preset) {
  must(`configure ${preset}`, 'cmake', ['--preset', preset, '--log-level=WARNING', '-DCORUN_WERROR=ON']);
  must(`build ${preset}`, 'cmake', ['--build', '--preset', preset, '--', '--quiet']);
}

function testFiles(wanted) {
  return readdirSync(join(root, 'tests'), { recursive: true })
    .map((name) => join('tests', String(name)))
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => !name.startsWith('tests/js/') || ['node', ...browsers].some((host) => hosts.includes(host)))
    .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
    .sort();
}

const files = testFiles(process.argv.slice(2));
if (files.length === 0) {
  console.error(`npm test: no test file's path contains ${process.argv.slice(2).join(' or ')}`);
  process.exit(2);
}
must('set up', join(root, 'tools/setup'), hosts, 'inherit');
for (const preset of presets()) buildPreset(preset);
if (hosts.some((host) => host !== 'native')) must('build the page package', 'npm', ['run', '--silent', 'build:web']);

// One file at a time on two cores: most files run their own cases side by side. The time limit is for
// files that do not end by themselves.
const together = Math.max(1, availableParallelism() >> 1);
const options = ['--test-reporter=spec', `--test-concurrency=${together}`, `--test-timeout=${15 * 60_000}`];
process.exitCode = run(process.execPath, ['--test', ...options, ...files]).status;
