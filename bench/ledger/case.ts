/** `node case.ts ROOT old|new CASE ITEMS SHARDS FILE`: one case in a process of its own; its figures as JSON on standard output. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { run, type Shape, virtualLab } from './virtual-lab.ts';

const [root = '', build = '', what = '', itemsText = '', shardsText = '', itemsFile = ''] =
  process.argv.slice(2);
const isOld = build === 'old';
// As bin/lab.mts has it.
if (!isOld) setFlagsFromString('--semi-space-growth-factor=1');
const [items, shards] = [Number(itemsText), Number(shardsText)];
const load = (path: string) => import(join(root, path)) as Promise<Record<string, never>>;
const call = (work: unknown, ...args: unknown[]) => (work as (...args: unknown[]) => unknown)(...args);
// All are as long as one another.
const lineBytes = statSync(itemsFile).size / items;

/** As the index is stored: a shard's first byte, and a hash that a ledger does not look at. */
function index(): Buffer {
  const body = Buffer.alloc(16 * (shards + 1));
  for (let shard = 0; shard <= shards; shard++)
    body.writeBigUInt64LE(BigInt(Math.floor((shard * items) / shards) * lineBytes), 16 * shard);
  return body;
}

const lane = {
  pool: 'pool',
  jobQueue: 'queue',
  jobDefinition: 'definition',
  vcpus: 1,
  memoryMiB: 1000,
  timeoutSeconds: 60,
  attempts: 1,
};
const arrays = Array.from(
  { length: Math.ceil(shards / 10_000) },
  (_, array, of = Math.ceil(shards / 10_000)) => ({
    array,
    offset: Math.floor((array * shards) / of),
    size: Math.floor(((array + 1) * shards) / of) - Math.floor((array * shards) / of),
    jobName: `job-${array}`,
    lane: 0,
    after: [],
  }),
);
const plan = {
  version: isOld ? 1 : 2,
  ...run,
  lab: 'lab',
  round: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  request: { workload: 'bench', parameters: {} },
  parameters: {},
  arguments: [],
  onItemFailure: 'continue',
  steps: [
    {
      name: 'run',
      takes: 'item',
      dependsOn: [],
      items,
      shards,
      itemsKey: `runs/bench/${run.runId}/rounds/0/run.items`,
      indexKey: `runs/bench/${run.runId}/rounds/0/run.idx`,
      ...(isOld ? lane : { lanes: [lane] }),
      arrays,
    },
  ],
};

interface Figures {
  readonly name: string;
  readonly requests: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const figures: Figures[] = [];
async function measure(
  name: string,
  calls: Record<string, number>,
  work: () => Promise<unknown>,
): Promise<void> {
  for (const key of Object.keys(calls)) delete calls[key];
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  figures.push({
    name,
    requests: Object.values(calls).reduce((sum, each) => sum + each, 0),
    calls: { ...calls },
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  });
}

async function looks(shape: Shape): Promise<void> {
  const lab = virtualLab({ isOld }, shape, itemsFile, index);
  let look: () => Promise<unknown>;
  if (isOld) {
    const { readLedger } = await load('lib/ledger/ledger.ts');
    const { readManifest } = await load('lib/submit/stored-run.ts');
    let manifest: unknown;
    look = async () => {
      manifest ??= await call(readManifest, lab.store, run);
      return call(readLedger, lab, [plan], manifest) as Promise<unknown>;
    };
  } else {
    const { LedgerReader } = (await load('lib/ledger/reader.ts')) as unknown as {
      LedgerReader: new (...args: unknown[]) => { look(): Promise<unknown> };
    };
    const reader = new LedgerReader(lab, { run, rounds: [plan], steps: [{ name: 'run', takes: 'item' }] });
    look = () => reader.look();
  }
  await measure('first', lab.calls, look);
  await measure('unchanged', lab.calls, look);
  if (shape.running > 0) {
    shape.ended += 100;
    shape.running -= 100;
    await measure('100 ended', lab.calls, look);
    shape.allFailFrom = shape.ended;
    shape.ended += 100;
    shape.running -= 100;
    await measure('100 ended, all of them failed', lab.calls, look);
  }
}

async function plans(): Promise<void> {
  const lab = virtualLab(
    { isOld },
    { items, shards, ended: 0, running: 0, failedEvery: 0 },
    itemsFile,
    index,
  );
  const found = { ...lab.store, get: async () => undefined };
  const spec = {
    name: 'bench',
    title: 'bench',
    item: { one: 'item', many: 'items' },
    parameters: [],
    resources: { vcpus: 1, memoryMiB: 1000, timeoutSeconds: 3600, attempts: 1 },
    pools: ['x86-ondemand'],
    image: { context: 'containers/bench', architectures: ['x86_64'] },
    mounts: [],
    scratchGiB: 1,
    steps: [{ name: 'run', takes: 'item' }],
  };
  const { resolveConfig } = await load('lib/config/resolve-config.ts');
  const { planRound } = await load('lib/plan/plan-round.ts');
  const { storeRun, storeRound } = await load(
    isOld ? 'lib/submit/store-round.ts' : 'lib/runs/store-round.ts',
  );
  const { submitRound } = await load(isOld ? 'lib/submit/submit-round.ts' : 'lib/runs/submit-round.ts');
  const parse = await load(isOld ? 'lib/plan/manifest.ts' : 'lib/contract/list/parse-list.ts');
  const parseList = isOld ? parse.parseManifest : parse.parseList;
  await measure('parse, plan, store, submit', lab.calls, async () => {
    const path = `${itemsFile}.txt`;
    const bytes = isOld
      ? await readFile(path)
      : await call((await load('lib/cli/input/gather-bytes.ts')).gatherFile, path);
    const read = call(parseList, bytes, 'list.txt', spec.item);
    const list = isOld ? read : (read as { readonly items: unknown }).items;
    const config = call(resolveConfig, { workloads: { bench: {} } }, [spec]);
    const request = { workload: 'bench', parameters: {}, itemsPerShard: items / shards };
    const planned = call(planRound, {
      spec,
      config,
      request,
      runId: run.runId,
      round: 0,
      now: new Date(0),
      queues: { 'x86-ondemand': 'queue' },
      ...(isOld ? { itemsByStep: { run: list } } : { work: { run: [{ items: list }] } }),
    }) as { plan: unknown; files: unknown };
    await call(storeRun, found, run, { version: 2, runId: run.runId, items }, list, planned.files);
    await call(storeRound, found, planned.plan, planned.files);
    await call(submitRound, { store: found, batch: lab.batch }, planned.plan);
  });
}

async function verbs(name: 'status' | 'fetch'): Promise<void> {
  const shape = { items, shards, ended: shards, running: 0, failedEvery: 20, hasOutputs: name === 'fetch' };
  const lab = virtualLab({ isOld }, shape, itemsFile, index);
  const { verb } = await import('./verb.ts');
  await measure(name, lab.calls, () => verb(name, lab, plan, items));
}

if (what === 'status' || what === 'fetch') await verbs(what);
else if (what === 'ended') await looks({ items, shards, ended: shards, running: 0, failedEvery: 20 });
else if (what === 'running')
  await looks({ items, shards, ended: shards * 0.9, running: 900, failedEvery: 0 });
else if (what === 'failing')
  await looks({ items, shards, ended: shards * 0.9, running: 900, failedEvery: 20 });
else await plans();
process.stdout.write(`${JSON.stringify(figures)}\n`);
