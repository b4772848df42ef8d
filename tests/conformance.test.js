// asyncio's scenarios in C, on every host, and the page that says what has been proven.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exceptions, problems, render } from './conformance/table.js';
import { testPrograms } from './support/c-tests.js';
import { allHosts, build, hosts, root } from './support/env.js';

const results = [];

testPrograms('tests/conformance', (result) => results.push(result));

test('tests that exceptions.json names exist', () => {
  for (const { file, test: name } of exceptions.elsewhere)
    assert.ok(readFileSync(join(root, file), 'utf8').includes(`'${name}'`), `${file} has no test '${name}'`);
});

// Only a run of all hosts knows all cells.
test('docs/conformance.md says what this run has seen', { skip: hosts.length < allHosts.length }, () => {
  mkdirSync(build(''), { recursive: true });
  writeFileSync(build('conformance.json'), JSON.stringify(results, null, 1));
  assert.deepEqual(problems(results), []);
  const seen = render(results).split('\n');
  const written = readFileSync(join(root, 'docs/conformance.md'), 'utf8').split('\n');
  const stale = written.filter((line, i) => line !== seen[i]);
  assert.ok(stale.length === 0 && written.length === seen.length,
    `node tools/conformance.js writes it anew; it says otherwise, for example:\n${stale.slice(0, 3).join('\n')}`);
});
