#!/usr/bin/env node
// Writes the table of docs/platforms.md that tests/platforms.json says.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tests/support/env.js';
import { withTable } from '../tests/support/platforms.js';

writeFileSync(join(root, 'docs/platforms.md'), withTable());
