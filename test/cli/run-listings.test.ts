import { channel } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import { commandNamed } from '../../lib/cli/commands.ts';
import type { Context } from '../../lib/cli/context.ts';
import { readArgs } from '../../lib/cli/input/parse-args.ts';
import { claimKey, doneKey, resultKey } from '../../lib/contract/run/keys.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';
import { keys, startS3 } from '../twin/s3/helper.ts';

const ids = Array.from({ length: 1000 }, (_, run) => `20260101t${String(run).padStart(6, '0')}z-00000a`);
const runId = ids[999]!;
const run = { workload: 'scan', runId };
/** Paths of requests that list, as they arrived. */
const listings: string[] = [];
const note = (message: unknown): void => {
  const { url: path = '' } = (message as { readonly request: IncomingMessage }).request;
  if (path.includes('list-type=2')) listings.push(decodeURIComponent(path));
};
/** Those that look for runs, not into one. */
const ofRuns = (): readonly string[] =>
  listings.filter(path => !/prefix=runs\/scan\/\d{8}t\d{6}z-[0-9a-f]{6}\//.test(path));

let s3: Awaited<ReturnType<typeof startS3>>;
let to: string;
let context: Context;

beforeAll(async () => {
  s3 = await startS3();
  to = mkdtempSync(join(tmpdir(), 'lab-listings-'));
  for (const id of ids) {
    mkdirSync(join(s3.root, 'out', 'runs', 'scan', id), { recursive: true });
    if (id !== runId) writeFileSync(join(s3.root, 'out', 'runs', 'scan', id, 'request.json'), '{}');
  }
  const credentials = fixedKeys(keys);
  const store = wireStore({ bucket: 'out', region: 'us-east-1', credentials, endpoint: s3.url });
  const arrays = [{ array: 0, offset: 0, size: 1, jobName: 'job', lane: 0, after: [] }];
  const { plan, files } = oneStepRound(run, [[{ name: 'a' }]], { step: { arrays } });
  const { lab, request, createdAt } = plan;
  await storeRun(store, run, { version: 2, runId, lab, request, createdAt, items: 1 }, [{ name: 'a' }]);
  await storeRound(store, plan, files);
  const at = { round: 0, step: 'run', shard: 0, jobId: 'id', attempt: 1 };
  const record = {
    ...{ version: 2, runId, ...at, startedAt: createdAt, endedAt: createdAt, exitCode: 0 },
    items: [{ name: 'a', state: 'done', exitCode: 0 }],
  };
  await store.put(claimKey(run, 0, 'run', 0), '{"jobId":"id"}');
  await store.put(resultKey(run, at), JSON.stringify(record));
  await store.put(doneKey(run, at), '{}');
  const job = { jobId: 'id', jobName: 'job', status: 'SUCCEEDED', createdAt: 0, attempts: [] };
  const out = { write: () => true };
  context = {
    ...{ io: { out, err: out }, json: false, local: true, suffix: '', argv: [], cwd: to, projectRoot: to },
    ...{
      signal: new AbortController().signal,
      now: () => new Date(createdAt),
      say: () => {},
      print: () => {},
    },
    config: async () => ({ name: 'lab', pools: {}, workloads: { scan: { pools: [] } }, datasets: {} }),
    workloads: [
      {
        ...{ name: 'scan', title: 'scan', item: { one: 'scan', many: 'scans' }, parameters: [], pools: [] },
        ...{ resources: {}, mounts: [], steps: [{ name: 'run', takes: 'item' }] },
      },
    ],
    connect: async () => ({
      store,
      batch: { describe: async () => [job], findByName: async () => [job] },
      changes: { failed: async () => [], succeededLate: async () => [] },
      runJobs: () => {},
      logs: { read: async () => ({ lines: [] }), tail: async () => [] },
      deployment: { map: { queues: {} }, outputBucket: 'out' },
    }),
  } as unknown as Context;
  channel('http.server.request.start').subscribe(note);
});

afterAll(async () => {
  channel('http.server.request.start').unsubscribe(note);
  s3.s3.destroy();
  await s3.stop();
  rmSync(to, { recursive: true, force: true });
});

async function lab(name: string, ...words: readonly string[]): Promise<void> {
  listings.length = 0;
  const command = (await commandNamed(name, []))!;
  await command.run(context, readArgs(words, command.options, name));
}

it.each([['status'], ['watch'], ['why'], ['logs'], ['cancel'], ['fetch', '--to', 'files']])(
  'lab %s of a whole id lists no runs, of a thousand',
  async (name, ...more) => {
    await lab(name, runId, ...more);
    expect(ofRuns()).toEqual([]);
    // What is in the run is looked for: requests that list are seen.
    expect(listings.length).toBeGreaterThan(0);
  },
);

it('lab runs and latest list a thousand a request', async () => {
  await lab('runs', '--limit', '1');
  expect(ofRuns()).toHaveLength(1);
  await lab('status', 'latest');
  expect(ofRuns()).toHaveLength(1);
  const one = '20260102t000000z-00000b';
  mkdirSync(join(s3.root, 'out', 'runs', 'scan', one));
  writeFileSync(join(s3.root, 'out', 'runs', 'scan', one, 'request.json'), '{}');
  await lab('runs', '--limit', '1');
  expect(ofRuns()).toHaveLength(2);
});
