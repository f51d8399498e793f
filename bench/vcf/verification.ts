import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callOf, type Exec } from '../../containers/vcf/call.ts';
import type { Sample } from '../../containers/vcf/local-files.ts';
import { Touches } from '../../containers/vcf/settle.ts';
import { type StoreWorld, storeOnce } from '../../containers/vcf/store-once.ts';
import { type Call, Tool } from '../../containers/vcf/tool.ts';
import { wholeGroups } from '../../containers/vcf/whole-batches.ts';
import { laboratory, samplesOf } from '../../test/vcf/in-process.ts';
import { type MadeSample, makeSample } from '../../test/vcf/sample-files.ts';

/** What the real tool took for 12 BCFs of 40,000 records on two cores, without statistics (docs/vcf.md), in seconds. */
const measured = {
  records: 12 * 40_000,
  store: 5.6,
  low: { start: 0.2, count: 0.2 },
  high: { start: 0.8, count: 0.6 },
};
const samples = 100;
const batch = 10;

/**
 * What counting adds to a store. With the real tool where PATH has it: timed. Else by what it was measured to take: a stand-in stores
 * the shard, and each call that is made of it costs what the real one's did; for the stand-in's own count is as dear as its store.
 */
export async function vcfVerification(): Promise<string> {
  return isThere('tiledbvcf') ? withTheTool() : byMeasuredCosts();
}

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function byMeasuredCosts(): Promise<string> {
  const made = Array.from({ length: samples }, (_, k) =>
    makeSample(`s${String(k).padStart(3, '0')}`, { seed: k, contigs: { chr1: 20, chr2: 20 } }),
  );
  const lab = laboratory(made);
  const world = { ...lab.host(), sizes: { threads: 2, memoryMiB: 1000, batch, counts: 4 } };
  await world.tool.create(['fmt_GT', 'fmt_DP'], false);
  lab.calls.length = 0;
  await storeOnce(samplesOf(made), world);
  const inStore = costs(lab.calls);
  lab.calls.length = 0;
  await verify(world, samplesOf(made));
  const inVerify = costs(lab.calls);
  rmSync(lab.root, { recursive: true });
  const percent = (own: readonly number[]): string =>
    own.map(each => `${((100 * each) / inStore.store).toFixed(0)} %`).join(' to ');
  return [
    `Counts of a shard of ${samples} samples with 40,000 records (the real tool is not in PATH: calls that are made, at what it was measured to take)`,
    `${inStore.stores} stores: ${inStore.store.toFixed(0)} s; the attempt's own lists and counts, ${inStore.lists} and ${inStore.counts}: ${percent(inStore.checks)}`,
    `the step verify after it, ${inVerify.lists} and ${inVerify.counts}: ${percent(inVerify.checks)}`,
    '',
  ].join('\n');
}

/** Seconds of calls; a count reads what was stored with its samples, at the measured rate above its start. */
function costs(calls: readonly (readonly string[])[]) {
  const of = (command: string): number => calls.filter(([name]) => name === command).length;
  const shard = samples * 40_000;
  const [stores, lists, counts] = [of('store'), of('list'), of('export')];
  const { start: least } = measured.low;
  const checks = [measured.low, measured.high].map(
    // A count that takes more than its start has read; together they read the shard once, however many there are.
    ({ start, count }) => lists * start + counts * least + ((count - least) * samples) / batch,
  );
  return { stores, lists, counts, store: (measured.store * shard) / measured.records, checks };
}

const verify = (world: Pick<StoreWorld, 'tool' | 'folder'>, all: readonly Sample[]) =>
  wholeGroups(
    world.tool,
    Array.from({ length: Math.ceil(all.length / batch) }, (_, k) => all.slice(k * batch, (k + 1) * batch)),
    world.folder,
  );

async function withTheTool(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'vcf-bench-'));
  const made = Array.from({ length: 2 * batch }, (_, k) =>
    makeSample(`s${String(k).padStart(2, '0')}`, { seed: k, contigs: { chr1: 20_000, chr2: 20_000 } }),
  );
  const spent = { store: 0, check: 0 };
  const timed =
    (call: Call): Call =>
    async (args, options) => {
      const began = performance.now();
      const called = await call(args, options);
      spent[args[0] === 'store' ? 'store' : 'check'] += performance.now() - began;
      return called;
    };
  const world: StoreWorld = {
    tool: new Tool(timed(callOf(run, root, () => {})), join(root, 'dataset'), root),
    fetch: async ({ name }, path, indexPath) =>
      write(made.find(each => each.name === name)!, path, indexPath),
    touches: new Touches(() => ({ read: async () => undefined, write: async () => {} }), {
      now: () => Date.now(),
      sleep: async () => {},
    }),
    sizes: { threads: 2, memoryMiB: 2000, batch, counts: 2 },
    folder: join(root, 'files'),
    signal: new AbortController().signal,
    log: () => {},
  };
  mkdirSync(world.folder);
  await world.tool.create(['fmt_GT', 'fmt_DP'], false);
  const all = samplesOf(made);
  spent.check = 0;
  const { samples: states } = await storeOnce(all, world);
  if (states.some(({ is }) => is !== 'stored')) throw new Error(`not stored: ${JSON.stringify(states)}`);
  const { store, check } = spent;
  spent.check = 0;
  if ((await verify(world, all)).size !== all.length) throw new Error('not verified');
  rmSync(root, { recursive: true });
  const percent = (ms: number): string => `${(ms / 1000).toFixed(1)} s, ${((100 * ms) / store).toFixed(0)} %`;
  return [
    `Counts of ${made.length} samples with 40,000 records, with the tiledbvcf of PATH`,
    `store ${(store / 1000).toFixed(1)} s; the attempt's own lists and counts ${percent(check)}; the step verify after it ${percent(spent.check)}`,
    '',
  ].join('\n');
}

function write({ file, index }: MadeSample, path: string, indexPath: string): number {
  writeFileSync(path, file);
  writeFileSync(indexPath, index);
  return file.length + index.length;
}

const run: Exec = ([program = '', ...args], { cwd }) =>
  new Promise(done => {
    const child = spawn(program, args, { cwd, stdio: 'ignore' });
    child.once('exit', code => done({ exitCode: code ?? 137 }));
  });
