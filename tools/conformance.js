#!/usr/bin/env node
// Writes docs/conformance.md from the results of the latest `npm test` of all hosts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problems, render } from '../tests/conformance/table.js';
import { build, root } from '../tests/support/env.js';

const results = JSON.parse(readFileSync(build('conformance.json'), 'utf8'));
const found = problems(results);
for (const problem of found) console.error(problem);
if (found.length > 0) process.exit(1);
writeFileSync(join(root, 'docs/conformance.md'), render(results));
