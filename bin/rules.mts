import { runRules } from '../lib/rules/run-rules.ts';

process.exitCode = runRules(process.argv.slice(2), { out: process.stdout, err: process.stderr });
