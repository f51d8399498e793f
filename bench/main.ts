import { join } from 'node:path';
import { ambientNoise } from './ambient-noise/ambient-noise.ts';
import { ambientNoiseYear } from './ambient-noise/year.ts';
import { archiveBenches } from './archive/archive.ts';
import { ledger, ledgerBenches } from './ledger/ledger.ts';
import { logLines } from './log-lines/log-lines.ts';
import { machine } from './measure.ts';
import { queue } from './queue/queue.ts';
import { rehearsalBenches } from './rehearsal/rehearsal.ts';
import { report } from './report/report.ts';
import { memory } from './s3/memory.ts';
import { s3 } from './s3/s3.ts';
import { startUp } from './start-up/start-up.ts';
import { tests } from './tests/tests.ts';
import { twinChildren } from './twin/children.ts';
import { vcfPreflight } from './vcf/preflight.ts';
import { vcfSubmission } from './vcf/submission.ts';
import { vcfVerification } from './vcf/verification.ts';
import { watch } from './watch/watch.ts';
import { watchers } from './watchers/watchers.ts';

/** `node main.ts [ROUNDS] [NAME …]`; memory takes 30 GB of disk, and those after s3 minutes, so they must be asked for. */
const asked = process.argv.slice(2);
const rounds = /^[\d.-]/.test(asked[0] ?? '') ? asked.shift()! : '9';
const root = join(import.meta.dirname, '..');
const benches = {
  'start-up': startUp,
  s3,
  memory,
  'log-lines': logLines,
  ledger: (root: string, rounds: number) => ledger(root, rounds),
  ...ledgerBenches,
  'ambient-noise': ambientNoise,
  'ambient-noise-year': ambientNoiseYear,
  ...archiveBenches,
  queue,
  ...rehearsalBenches,
  report,
  'twin-children': (root: string, rounds: number) => twinChildren(root, rounds),
  watch: (root: string) => watch(root),
  'vcf-preflight': vcfPreflight,
  'vcf-submission': vcfSubmission,
  'vcf-verification': vcfVerification,
  tests,
  watchers,
};
const onRequest = [
  'ledger',
  ...Object.keys(ledgerBenches),
  'memory',
  'log-lines',
  'ambient-noise',
  'ambient-noise-year',
  ...Object.keys(archiveBenches),
  'queue',
  ...Object.keys(rehearsalBenches),
  'report',
  'twin-children',
  'watch',
  'vcf-preflight',
  'vcf-verification',
  'tests',
  'watchers',
];
// A misspelt name would measure nothing, and look as if it had.
const unknown = asked.filter(name => !(name in benches));
if (unknown.length > 0 || !(Number.isInteger(Number(rounds)) && Number(rounds) > 0)) {
  const what =
    unknown.length > 0 ? `there is no bench ${unknown.join(', ')}` : `"${rounds}" is no number of rounds`;
  process.stderr.write(`${what}\n  fix: npm run bench -- ROUNDS [${Object.keys(benches).join('|')} …]\n`);
  process.exit(2);
}
process.stdout.write(`${machine()}\n\n`);
for (const [name, bench] of Object.entries(benches)) {
  if (asked.includes(name) || (asked.length === 0 && !onRequest.includes(name)))
    process.stdout.write(`${await bench(root, Number(rounds))}\n`);
}
