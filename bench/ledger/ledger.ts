import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nameOf } from './virtual-lab.ts';

const run = promisify(execFile);
/** The build that ours is measured beside: it read a run whole at every look. */
const before = '7f51d1c';
/** No case may hold more: V8's heap, in MiB, and the time that it may take. */
const mostMiB = 3500;
const timeout = 300_000;

interface Figures {
  readonly name: string;
  readonly requests: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const cases = [
  { what: 'ended', text: 'all ended, 5 % failed', items: 1_000_000, shards: 10_000 },
  { what: 'running', text: '900 run, none failed', items: 1_000_000, shards: 10_000 },
  { what: 'failing', text: '900 run, 5 % failed', items: 1_000_000, shards: 10_000 },
  { what: 'ended', text: 'all ended, 5 % failed', items: 100_000, shards: 1_000 },
  { what: 'running', text: '900 run, none failed', items: 1_000_000, shards: 1_000_000 },
  { what: 'plan', text: '', items: 1_000_000, shards: 10_000 },
  { what: 'plan', text: '', items: 1_000_000, shards: 1_000_000 },
  { what: 'plan', text: 'labels of 500 bytes', items: 1_000_000, shards: 10_000, labels: 500 },
  { what: 'plan', text: '', items: 2_000_000, shards: 2_000_000 },
  { what: 'running', text: '900 run, none failed', items: 2_000_000, shards: 2_000_000 },
  { what: 'status', text: 'JSON', items: 1_000_000, shards: 10_000, labels: 500 },
  { what: 'fetch', text: 'a file an item', items: 1_000_000, shards: 10_000, labels: 500 },
] as const;

/** Looks at large runs, and plans of them, each in a process of its own, ours and the earlier build's in turn. */
export async function ledger(projectRoot: string, rounds: number, only?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-bench-ledger-'));
  try {
    const old = await earlierBuild(projectRoot, folder);
    // As `lab` runs: what Node has stripped and compiled once is kept.
    const cache = join(folder, 'compiled');
    for (const build of ['old', 'new'] as const)
      for (const what of ['ended', 'plan']) {
        const words = [build === 'old' ? old : projectRoot, build, what, '10000', '100'];
        await measured(projectRoot, cache, [...words, await itemsFile(folder, 10_000)]);
      }
    const rows: string[] = [];
    for (const each of cases.filter(({ what }) => only === undefined || what === only)) {
      const { what, text, items, shards } = each;
      const file = await itemsFile(folder, items, 'labels' in each ? each.labels : 0);
      const taken: { readonly old: Figures[][]; readonly new: Figures[][] } = { old: [], new: [] };
      for (let round = 0; round < rounds; round++)
        for (const build of ['old', 'new'] as const) {
          const root = build === 'old' ? old : projectRoot;
          const words = [root, build, what, `${items}`, `${shards}`, file];
          // What the earlier build cannot do within these limits has no figures.
          const figures = await measured(projectRoot, cache, words).catch((error: Error) => {
            if (build === 'new') throw error;
            return [];
          });
          taken[build].push(figures);
        }
      taken.new[0]!.forEach(({ name }, index) => {
        const [a, b] = [taken.old, taken.new].map(list => median(list.map(each => each[index])));
        const row = rowOf(`${name}${text ? ` (${text})` : ''}`, items, shards, a, b!);
        process.stderr.write(`${row}\n`);
        rows.push(row);
      });
    }
    return `ledger, beside ${before}, median of ${rounds}:\n${rows.join('\n')}\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `ledger-plan` and its like: the cases of one kind alone. */
export const ledgerBenches: Readonly<Record<string, (root: string, rounds: number) => Promise<string>>> =
  Object.fromEntries(
    [...new Set(cases.map(({ what }) => what))].map(what => [
      `ledger-${what}`,
      (root, rounds) => ledger(root, rounds, what),
    ]),
  );

/** The earlier build from the repository's own history, with the packages that it was locked to. */
export async function earlierBuild(projectRoot: string, folder: string): Promise<string> {
  const root = join(projectRoot, '.lab/bench', before);
  if (existsSync(join(root, 'node_modules'))) return root;
  await mkdir(root, { recursive: true });
  const tar = join(folder, 'before.tar');
  await run('git', ['-C', projectRoot, 'archive', '--output', tar, before]);
  await run('tar', ['-xf', tar, '-C', root]);
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, timeout: 600_000 });
  return root;
}

/** A run's items as they are stored, and beside them, `.txt`, as a list that a user has: a table where they have labels. */
async function itemsFile(folder: string, items: number, labelBytes = 0): Promise<string> {
  const path = join(folder, `items-${items}-${labelBytes}`);
  const note = 'x'.repeat(Math.max(0, labelBytes - '"note":""'.length));
  const labels = labelBytes > 0 ? { labels: { note } } : {};
  if (existsSync(path)) return path;
  const [file, list] = [await open(path, 'w'), await open(`${path}.txt`, 'w')];
  if (labelBytes > 0) await list.write('item\tnote\n');
  for (let from = 0; from < items; from += 10_000) {
    const names = Array.from({ length: 10_000 }, (_, i) => nameOf(from + i));
    await file.write(names.map(name => `${JSON.stringify({ name, ...labels })}\n`).join(''));
    await list.write(names.map(name => (labelBytes > 0 ? `${name}\t${note}\n` : `${name}\n`)).join(''));
  }
  await file.close();
  await list.close();
  return path;
}

async function measured(projectRoot: string, cache: string, words: readonly string[]): Promise<Figures[]> {
  const script = join(projectRoot, 'bench/ledger/case.ts');
  const options = [`--max-old-space-size=${mostMiB}`, script, ...words];
  const { stdout } = await run(process.execPath, options, {
    timeout,
    maxBuffer: 2 ** 24,
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  return JSON.parse(stdout) as Figures[];
}

function median(list: readonly (Figures | undefined)[]): Figures | undefined {
  const some = list.filter(each => each !== undefined);
  const of = (value: (each: Figures) => number): number =>
    some.map(value).sort((a, b) => a - b)[some.length >> 1]!;
  return some.length === 0
    ? undefined
    : {
        name: some[0]!.name,
        requests: of(each => each.requests),
        cpuSeconds: of(each => each.cpuSeconds),
        peakMiB: of(each => each.peakMiB),
      };
}

function rowOf(name: string, items: number, shards: number, a: Figures | undefined, b: Figures): string {
  const size = `${items.toLocaleString('en-US')} / ${shards.toLocaleString('en-US')}`;
  const pair = (of: (each: Figures) => number, digits: number): string =>
    `${a ? of(a).toFixed(digits) : '-'} | ${of(b).toFixed(digits)} | ${a ? (of(b) / of(a)).toFixed(3) : '-'}`;
  return `| ${name} | ${size} | ${a?.requests ?? '-'} | ${b.requests} | ${pair(each => each.cpuSeconds, 3)} | ${pair(each => each.peakMiB, 0)} |`;
}
