// C tests, FOLDER/*_test.c, on every host: host > program > case.
//
// A program prints its cases for --list, one a line: name and kind (tests/unit/test.h), and perhaps "slow".
// Called with a case's name it runs that one: 0 passed, 77 skipped, anything else failed. Skipped is
// only allowed where tests/skips.json says so.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cHosts } from './c-hosts.js';
import { stems } from './env.js';
import { describe } from './process.js';

const skips = JSON.parse(readFileSync(new URL('../skips.json', import.meta.url), 'utf8'));
const limits = { normal: 5_000, slow: 10_000 };

function reasonToSkip(host, program, name) {
  return skips.find((skip) => skip.host === host && skip.program === program && skip.case === name)?.reason;
}

async function listCases(host, program) {
  const outcome = await host.run(program, ['--list'], limits.slow);
  assert.equal(outcome.status, 0, `${program} --list: ${describe(outcome)}\n${outcome.stderr}`);
  const lines = outcome.stdout.split('\n').filter(Boolean);
  assert.notEqual(lines.length, 0, `${program} lists no case`);
  const cases = lines.map((line) => {
    const [name, kind, speed = 'normal'] = line.split(' ');
    assert.match(kind, /^(loop|sim|host|turn)$/, `${program} --list printed: ${line}`);
    return { name, kind, limit: limits[speed] };
  });
  return cases.filter(({ kind }) => host.runs(kind));
}

async function runCase(t, host, program, { name, limit }) {
  const outcome = await host.run(program, [name], limit);
  const reason = reasonToSkip(host.name, program, name);
  if (outcome.status === 77 && !outcome.timedOut && reason) {
    t.skip(reason);
    return;
  }
  const unlisted = outcome.status === 77 ? ' (a skip that tests/skips.json does not list)' : '';
  assert.equal(outcome.status, 0, `${describe(outcome)}${unlisted}\n${outcome.stdout}${outcome.stderr}`);
  assert.equal(outcome.timedOut, false, 'time limit');
}

/**
 * @typedef {{ host: string, platform: string, program: string, name: string, kind: string, passed: boolean }} Result
 *
 * @param {string} folder
 * @param {(result: Result) => void} [onresult] told of each case that ran
 */
export function testPrograms(folder, onresult = () => {}) {
  async function runProgram(t, host, program) {
    const cases = await listCases(host, program);
    const { name: hostName, platform } = host;
    await Promise.all(cases.map((one) => t.test(one.name, async (t) => {
      const result = { host: hostName, platform, program, name: one.name, kind: one.kind, passed: false };
      onresult(result);
      await runCase(t, host, program, one);
      result.passed = true;
    })));
  }

  for (const host of cHosts(folder)) {
    test(host.name, async (t) => {
      t.after(() => host.close());
      await host.open();
      for (const program of host.programs ?? stems(folder, '_test.c').map((stem) => `${stem}_test`))
        await t.test(program, { concurrency: host.together }, (t) => runProgram(t, host, program));
    });
  }
}
