import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { deploymentOf } from '../../lib/aws/deployment.ts';
import type { Used } from './count-requests.ts';
import { benchTwin } from './twin.ts';

const jobs = 1000;
/** Its lists grow with what there is: a thousand would be 60,000 calls. */
const oldJobs = 100;

/**
 * 1,000 jobs of two sizes through send, wait and receive of `lab queue serve`, a request of its protocol each, as a workflow's
 * head with --maxjobs 1000 makes them; and pypeliner's own AWS queue's pattern, counted in the same way.
 */
export async function queue(projectRoot: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-bench-queue-'));
  const { twin, configFile, twinFolder } = await benchTwin(projectRoot, folder);
  try {
    const environment = { ...process.env, LAB_CONFIG: configFile, LAB_TWIN_FOLDER: twinFolder };
    const ours = await ourQueue(environment, folder);
    const { map, outputBucket } = deploymentOf(twin.outputs, 'flows');
    const old = await oldQueue(environment, {
      url: twin.url,
      keys: twin.keys.members,
      queues: Object.values(map.queues),
      bucket: outputBucket,
      definition: Object.values(map.workloads.pypeliner!.jobDefinitions)[0],
    });
    const line = (name: string, used: Used, count: number): string =>
      `${name.padEnd(52)}${[used.requests.batch ?? 0, used.requests.s3 ?? 0, used.cpuMs, used.userMs]
        .map(value => (value / count).toFixed(3).padStart(12))
        .join('')}`;
    const ratio = (old.requests.batch ?? 0) / oldJobs / ((ours.requests.batch ?? 0) / jobs);
    return [
      `queue: ${jobs} jobs of two sizes, sent, waited for and received`,
      `${'a job:'.padEnd(52)}${['Batch', 'S3', 'CPU ms', 'user ms'].map(each => each.padStart(12)).join('')}`,
      line('lab queue serve', ours, jobs),
      line(`pypeliner's own AWS queue's pattern, ${oldJobs} jobs`, old, oldJobs),
      `Batch calls: ${ratio.toFixed(0)} times fewer\n`,
    ].join('\n');
  } finally {
    await twin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const here = (name: string): string => join(import.meta.dirname, name);
const counted = (script: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, ['--import', here('count-requests.ts'), here(script), ...args], {
    env,
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
const usedBy = (child: ChildProcess): Promise<Used> =>
  new Promise(done => {
    child.once('message', message => done(message as Used));
    child.send('used');
  });

interface Answer {
  readonly ok?: Record<string, unknown>;
  readonly error?: object;
}

/** What the head of the jobs takes, from the first send to the last receive. */
async function ourQueue(environment: NodeJS.ProcessEnv, folder: string): Promise<Used> {
  const head = counted('head.ts', [], environment);
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface({ input: head.stdout! }).on('line', line => {
    const answer = JSON.parse(line) as Answer & { id: number };
    waiting.get(answer.id)?.(answer);
  });
  let last = 0;
  const call = async (op: string, values: object): Promise<Record<string, unknown>> => {
    const id = ++last;
    const answered = new Promise<Answer>(done => waiting.set(id, done));
    head.stdin!.write(`${JSON.stringify({ id, op, ...values })}\n`);
    const { ok, error } = await answered;
    waiting.delete(id);
    if (!ok) throw new Error(`${op}: ${JSON.stringify(error)}`);
    return ok;
  };
  const payload = join(folder, 'before');
  await writeFile(payload, 'x'.repeat(2000));
  await call('hello', { protocol: 1, client: 'bench', run: null });
  const before = await usedBy(head);
  for (let job = 0; job < jobs; job++)
    await call('send', {
      name: `/sample:${job}/align`,
      payload,
      fingerprint: String(job),
      resources: { vcpus: 1 + (job % 2), memoryMiB: 4096, market: 'spot' },
    });
  for (let received = 0; received < jobs; received++) {
    const { name } = await call('wait', { timeoutMs: 120_000 });
    // As pypeliner has it: a file of each try's own, which is read and deleted.
    const file = join(folder, `after-${received}`);
    const end = await call('receive', { name, file });
    if (!end.after) throw new Error(String(end.text));
    rmSync(file);
  }
  const after = await usedBy(head);
  await call('close', { finished: true });
  head.stdin!.end();
  await new Promise(done => head.once('exit', done));
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    userMs: after.userMs - before.userMs,
    requests: Object.fromEntries(
      Object.entries(after.requests).map(([name, count]) => [name, count - (before.requests[name] ?? 0)]),
    ),
  };
}

async function oldQueue(environment: NodeJS.ProcessEnv, given: object): Promise<Used> {
  const child = counted('old-pattern.ts', [String(oldJobs)], environment);
  child.stdin!.end(JSON.stringify(given));
  const done = new Promise<void>((fine, fail) => {
    child.stdout!.once('data', () => fine());
    child.once('exit', code => (code === 0 ? fine() : fail(new Error(`it exited with ${code}`))));
  });
  await done;
  const used = await usedBy(child);
  child.kill();
  return used;
}
