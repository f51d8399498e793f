import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from '../../../containers/runtime/exec.ts';
import { lineLog } from '../../../containers/runtime/line-log.ts';
import type { ItemsInput } from '../../../containers/runtime/run-items.ts';
import { taskContext } from '../../../containers/runtime/task/task-context.ts';

const tool = (command: readonly string[], stream: Writable) =>
  runTool({
    command,
    cwd: '/',
    environment: { PATH: process.env.PATH ?? '' },
    signal: new AbortController().signal,
    graceMs: 200,
    onLine: lineLog(stream),
  });

/** Counts lines, and takes `ms` for each write. */
class Reader extends Writable {
  lines = 0;
  last = '';
  largest = 0;
  private readonly ms: number;
  constructor(ms: number) {
    super({ highWaterMark: 16 * 1024, decodeStrings: false });
    this.ms = ms;
  }
  override _write(text: string, _: BufferEncoding, done: () => void): void {
    this.largest = Math.max(this.largest, this.writableLength);
    this.lines += text.split('\n').length - 1;
    this.last = text.trimEnd().split('\n').at(-1)!;
    if (this.ms === 0) done();
    else setTimeout(done, this.ms);
  }
}

it('of a tool that prints faster than anybody reads, no line is lost and none is waiting for long', async () => {
  const reader = new Reader(1);
  expect(await tool(['seq', '300000'], reader)).toMatchObject({ exitCode: 0 });
  await new Promise<void>(done => void reader.end(done));
  expect([reader.lines, reader.last]).toEqual([300_000, '300000']);
  // 2 MB in all; what waits is never more than a piece of a pipe, with its lines' ends.
  expect(reader.largest).toBeLessThan(300_000);
});

it('a task’s tool waits for the log of its container', async () => {
  const reader = new Reader(1);
  const world = { environment: { PATH: process.env.PATH }, log: lineLog(reader) };
  const stepPlan = { arrays: [], lanes: [{ vcpus: 1, memoryMiB: 512 }] };
  const shard = { step: 'run', run: { workload: 'w', runId: 'r' }, stepPlan, plan: {} };
  const input = { world, shard, mounts: {}, signal: new AbortController().signal, graceMs: 200 };
  const { context } = taskContext(input as unknown as ItemsInput, [{ name: 'a' }], 'a', tmpdir());
  await context.exec(['seq', '400000']);
  await new Promise<void>(done => void reader.end(done));
  expect([reader.lines, reader.last]).toEqual([400_000, '[a] 400000']);
  expect(reader.largest).toBeLessThan(600_000);
});

it('a reader that stands still for seconds is waited for', async () => {
  const reader = new Reader(0);
  let isStanding = true;
  const write = reader._write.bind(reader);
  reader._write = (text, encoding, done) => {
    write(text, encoding, () => undefined);
    if (isStanding) void sleep(2600).then(() => done());
    else done();
    isStanding = false;
  };
  await tool(['seq', '30000'], reader);
  await new Promise<void>(done => void reader.end(done));
  expect(reader.lines).toBe(30_000);
});

it('a log driver that has gone ends neither the tool nor us', async () => {
  const gone = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] });
  await new Promise(done => gone.once('exit', done));
  expect(await tool(['seq', '100000'], gone.stdin)).toMatchObject({ exitCode: 0 });
});
