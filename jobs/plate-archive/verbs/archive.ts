import type { WorkloadVerb } from '../../../lib/contract/verb/verb.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { suggest } from '../../../lib/contract/workload/suggest.ts';
import { audit } from './audit.ts';
import { isHere } from './is-here.ts';
import { ls } from './ls.ts';
import { rebuild } from './rebuild.ts';
import { restore } from './restore.ts';
import { restoreOld } from './restore-old.ts';
import { status } from './status.ts';
import { thaw } from './thaw.ts';
import type { ArchiveVerb } from './verb.ts';

/** What runs on this machine; verbs of the family's workloads are submissions, and come here only where they are these. */
const verbs: Readonly<Record<string, ArchiveVerb>> = {
  status,
  ls,
  audit,
  thaw,
  rebuild,
  restore: {
    ...restore,
    options: {
      ...restore.options,
      old: { type: 'string', value: 'S3URI', describe: 'tarballs of older scripts below this prefix' },
    },
    run: (ports, args) =>
      args.text('old') === undefined ? restore.run(ports, args) : restoreOld(ports, args),
  },
};

/** Submissions of the family's workloads; a restore to a folder is not. */
const jobs: Readonly<Record<string, string>> = {
  create: 'archive plates: archive, verify, seal (lab submit plate-archive)',
  verify: 'prove archives anew',
  delete: 'delete what is proved, behind a word and a keeper',
  destroy: 'destroy archives for good, behind a word and a keeper',
};
const jobVerbs = Object.keys(jobs);

export const archive: WorkloadVerb = {
  group: 'runs',
  summary: 'archives of plates: create, status, verify, delete behind them, restore from them',
  usage: '<verb> …',
  options: {},
  verbs: {
    ...Object.fromEntries(
      Object.entries(jobs).map(([name, summary]) => [name, { summary, usage: '--plates LIST [options]' }]),
    ),
    ...verbs,
  },
  // A submission's are its workload's.
  optionsOf: name => (jobs[name] ? undefined : verbOf(name).options),
  familyOwn: words => verbs[words[0] ?? ''] !== undefined && (words[0] !== 'restore' || isHere(words)),
  examples: [
    'lab archive create --project P --batch B --plates plates.csv --wait',
    'lab archive verify --project P --batch B --plate BR00092655 --wait',
    'lab archive delete --project P --batch B --plate BR00092655',
    'lab archive destroy --project P --batch B --plate BR00092655 --reason "consent withdrawn, form 12"',
    'lab archive status BR00092655',
    "lab archive ls BR00092655 --include 'r01c0*'",
    'lab archive audit BR00092655 --share 1%',
    'lab archive thaw s3://bucket/prefix/ --include .tiff',
    'lab archive rebuild --plate BR00092655 --to rebuilt',
    "lab archive restore --project P --batch B --plate BR00092655 --include 'r01c0*' --to wells",
  ],
  run: (ports, args) => verbOf(args.positionals[0] ?? '').run(ports, args),
};

function verbOf(name: string): ArchiveVerb {
  const verb = verbs[name];
  if (verb) return verb;
  const all = [...new Set([...Object.keys(verbs), ...jobVerbs])];
  const near = name === '' ? undefined : suggest(name, all);
  throw new LabError({
    where: `lab archive ${name}`.trimEnd(),
    message: name === '' ? 'needs a verb' : 'is not understood',
    fix: near ? `did you mean lab archive ${near}?` : `one of ${all.join(', ')}: npx lab archive --help`,
  });
}
