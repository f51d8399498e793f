import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const sources = ['lib', 'jobs', 'containers'].flatMap(top =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => ({ file: join(top, path), text: readFileSync(join(root, top, path), 'utf8') })),
);
type Source = (typeof sources)[number];

/** What several files have, with the files. */
function shared(from: readonly Source[], of: (source: Source) => Iterable<string>): string[] {
  const files = new Map<string, Set<string>>();
  for (const source of from)
    for (const each of of(source)) files.set(each, (files.get(each) ?? new Set()).add(source.file));
  return [...files].filter(([, { size }]) => size > 1).map(([name, at]) => `${name}: ${[...at].join(', ')}`);
}

const types = ({ text }: Source): string[] =>
  [...text.matchAll(/^export (?:abstract )?(?:type|interface|class) (\w+)/gm)].map(found => found[1]!);

it('no two types that files share have one name', () => {
  expect(sources.flatMap(types).length).toBeGreaterThan(700);
  expect(shared(sources, types)).toEqual([]);
  // A second one would be seen.
  const another = { file: 'lib/report/x.ts', text: 'export interface StackState {}\n' };
  expect(shared([...sources, another], types)).toEqual([
    'StackState: lib/contract/ports/stack.ts, lib/report/x.ts',
  ]);
});

/** Reads of AWS by the SDK: `client-batch DescribeJobs`, sent as a command or page by page. */
function* reads({ text }: Source): Generator<string> {
  for (const [, names, client] of text.matchAll(/^import (?:\{([^}]*)\}) from '@aws-sdk\/([^']+)'/gm))
    for (const [, paged, sent] of names!.matchAll(
      /\b(?:paginate((?:Describe|List|Get|Filter)\w+)|((?:Describe|List|Get|BatchGet|Head|Filter)\w+)Command)\b/g,
    ))
      yield `${client} ${paged ?? sent}`;
}

it('every call that reads AWS is sent from one file: one answer, and one meaning of its errors', () => {
  expect(sources.flatMap(each => [...reads(each)]).length).toBeGreaterThan(40);
  expect(shared(sources, reads)).toEqual([]);
  const another = {
    file: 'lib/aws/x.ts',
    text: "import { paginateDescribeJobQueues } from '@aws-sdk/client-batch';\n",
  };
  expect(shared([...sources, another], reads)).toEqual([
    'client-batch DescribeJobQueues: lib/aws/read/queues.ts, lib/aws/x.ts',
  ]);
});

const formats = 'RoundPlan|AttemptRecord|StoredRequest|ItemRecord|DoneMarker|Claim|StackMap';
const casts = new RegExp(`JSON\\.parse\\([^;]*\\) as (?:${formats})\\b`);

it('what is stored of a run, and what a stack says of itself, is read by one function each: none is believed elsewhere', () => {
  const readers = ['lib/contract/run/read-stored.ts', 'lib/contract/workload/metadata.ts'];
  expect(
    sources
      .filter(({ text }) => casts.test(text))
      .map(({ file }) => file)
      .sort(),
  ).toEqual(readers);
});
