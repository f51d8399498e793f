import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callOf, type Exec } from '../../containers/vcf/call.ts';
import { Touches } from '../../containers/vcf/settle.ts';
import { type StoreWorld, storeOnce } from '../../containers/vcf/store/store-once.ts';
import { wholeGroups } from '../../containers/vcf/store/whole-batches.ts';
import { type Call, Tool } from '../../containers/vcf/tool.ts';
import { samplesOf } from '../../test/vcf/in-process.ts';
import { type MadeSample, makeSample } from '../../test/vcf/sample-files.ts';
import { Killed } from '../../test/vcf/stand-in/disk.ts';
import { stepsOf } from '../../test/vcf/steps.ts';

/**
 * What the real tool took on two cores, without statistics (docs/vcf.md), in seconds: to store 12 BCFs of 40,000 records, to start
 * up, and to count a sample, start-up included; the least and the most that was seen. A count reads what was stored with its
 * sample: what it takes above its start is taken to be for one batch, and a count of more batches as so much more.
 */
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
  const quiet = await costsOfRun(made);
  // In the sixth batch: as its files come, and as the tool writes its records. Another attempt goes on.
  const between = await costsOfRun(made, 'fetch s055');
  const within = await costsOfRun(made, 'write data/');
  const shard = (measured.store * samples * 40_000) / measured.records;
  const percent = (costs: Costs): string =>
    [costs.low, costs.high].map(each => `${((100 * each) / shard).toFixed(1)}`).join(' to ');
  const both = (a: Costs, b: Costs): Costs => ({ ...a, low: a.low + b.low, high: a.high + b.high });
  const line = (what: string, { attempts, verify }: Awaited<ReturnType<typeof costsOfRun>>): string =>
    `${what}: attempts ${attempts.calls}: ${percent(attempts)} %; verify ${verify.calls}: ${percent(verify)} %; together ${percent(both(attempts, verify))} %`;
  return [
    `Checks of a shard of ${samples} samples with 40,000 records (the real tool is not in PATH: calls that are made of its stand-in, at what the real one was measured to take)`,
    `its stores take ${shard.toFixed(0)} s`,
    line('nothing killed', quiet),
    line('host lost between two batches', between),
    line('host lost within a batch', within),
    '',
  ].join('\n');
}

interface Costs {
  readonly calls: string;
  /** Seconds. */
  readonly low: number;
  readonly high: number;
}

/** Calls that check, of a run's attempts at one shard and of its step verify. */
async function costsOfRun(
  made: readonly MadeSample[],
  killedAt?: string,
): Promise<{ readonly attempts: Costs; readonly verify: Costs }> {
  const run = stepsOf(made);
  const shard = { ...run.host().sizes, batch };
  await run.create();
  const called: Called = { lists: 0, counts: [] };
  let stores = 0;
  let isDead = false;
  const watch = (killed?: string): void => {
    isDead = false;
    run.hook(what => {
      if (what === 'call store') stores++;
      isDead ||=
        killed !== undefined && what.startsWith(killed) && (what.startsWith('fetch') || stores === 6);
      if (isDead) throw new Killed('killed');
      if (what === 'call list') called.lists++;
      if (what === 'call export') called.counts.push(batchesRead(run.calls.at(-1)!));
    });
  };
  watch(killedAt);
  for (let attempt = 0; attempt < 2; attempt++) {
    const ended = await storeOnce(run.samples, { ...run.host(), sizes: shard }).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    watch();
    if (ended) break;
  }
  const attempts = costs(called);
  await run.consolidate();
  await run.vacuum();
  Object.assign(called, { lists: 0, counts: [] });
  const wrong = (await run.verify()).filter(({ problem }) => problem !== undefined);
  if (wrong.length > 0) throw new Error(`not verified: ${JSON.stringify(wrong[0])}`);
  const verify = costs(called);
  rmSync(run.root, { recursive: true });
  return { attempts, verify };
}

interface Called {
  lists: number;
  /** Batches that each count reads. */
  counts: number[];
}

function costs({ lists, counts }: Called): Costs {
  const read = counts.reduce((sum, each) => sum + each, 0);
  const seconds = ({ start, count }: typeof measured.low): number =>
    lists * start + counts.length * measured.low.count + read * (count - measured.low.count);
  return {
    calls: `lists ${lists}, counts ${counts.length}, which read ${read} batches`,
    low: seconds(measured.low),
    high: seconds(measured.high),
  };
}

/** Of a count: of one sample, or of the names of a file. */
function batchesRead(args: readonly string[]): number {
  if (args.includes('-s')) return 1;
  const names = readFileSync(args[args.indexOf('-f') + 1]!, 'utf8')
    .trim()
    .split('\n');
  return new Set(names.map(name => Math.floor(Number(name.slice(1)) / batch))).size;
}

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
  // As the step verify does where nothing was written since: one list, one batch.
  await world.tool.list();
  if ((await wholeGroups(world.tool, [all.slice(0, batch)], root)).size !== batch)
    throw new Error('not verified');
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
