import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runRules } from '../lib/rules/run-rules.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));
process.exitCode = runRules(process.argv.slice(2), { out: process.stdout, err: process.stderr, version });
