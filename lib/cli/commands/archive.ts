import { LabError } from '../../contract/workload/errors.ts';
import { suggest } from '../../contract/workload/suggest.ts';
import { audit } from '../archive/audit.ts';
import { isHere } from '../archive/is-here.ts';
import { ls } from '../archive/ls.ts';
import { rebuild } from '../archive/rebuild.ts';
import { restore } from '../archive/restore.ts';
import { restoreOld } from '../archive/restore-old.ts';
import { status } from '../archive/status.ts';
import { thaw } from '../archive/thaw.ts';
import type { ArchiveVerb } from '../archive/verb.ts';
import type { Command } from '../command.ts';
import { submitOptions } from '../submission/options.ts';

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
    run: (context, args) =>
      args.text('old') === undefined ? restore.run(context, args) : restoreOld(context, args),
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

export const archive: Command = {
  name: 'archive',
  group: 'runs',
  summary: 'archives of plates: create, status, verify, delete behind them, restore from them',
  usage: '<verb> …',
  options: {},
  verbs: {
    ...jobs,
    ...Object.fromEntries(Object.entries(verbs).map(([name, { summary }]) => [name, summary])),
  },
  optionsOf: (workloads, name) => {
    const sibling = workloads.find(({ family }) => family?.name === 'archive' && family.verb === name);
    return sibling && !verbs[name] ? submitOptions(sibling) : verbOf(name).options;
  },
  familyOwn: words => verbs[words[0] ?? ''] !== undefined && (words[0] !== 'restore' || isHere(words)),
  examples: [
    'lab archive create --project P --batch B --plates plates.csv --wait',
    'lab archive status BR00092655',
    'lab archive delete --project P --batch B --plate BR00092655',
    "lab archive restore --project P --batch B --plate BR00092655 --include 'r01c0*' --to wells",
  ],
  run: (context, args) => verbOf(args.positionals[0] ?? '').run(context, args),
};

function verbOf(name: string): ArchiveVerb {
  const verb = verbs[name];
  if (verb) return verb;
  const all = [...new Set([...Object.keys(verbs), ...jobVerbs])];
  const near = suggest(name, all);
  throw new LabError({
    where: `lab archive ${name}`.trimEnd(),
    message: name === '' ? 'needs a verb' : 'is not understood',
    fix: near ? `did you mean lab archive ${near}?` : `one of ${all.join(', ')}`,
  });
}
