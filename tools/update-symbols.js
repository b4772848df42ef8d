#!/usr/bin/env node
// Writes tests/api/symbols.txt anew, from the native release build. Read its diff: what disappears there
// no longer links for users.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from '../tests/support/env.js';
import { exported } from '../tests/support/symbols.js';

const names = await exported(build('native-release', 'libcorun.a'));
writeFileSync(join(root, 'tests/api/symbols.txt'), names.map((name) => `${name}\n`).join(''));
