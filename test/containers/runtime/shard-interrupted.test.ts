import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ShardOptions } from '../../../containers/runtime/run-shard.ts';
import { scratchSentinel } from '../../../lib/contract/workload/env.ts';
import { say, scriptedServer } from '../../aws/wire/scripted-server.ts';
import { labOfFile, storeRun } from '../lab.ts';
import { named, shell } from '../tasks.ts';

const lab = labOfFile();
const leftOnScratch = (): string[] =>
  readdirSync(lab.folders.scratch, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name !== scratchSentinel)
    .map(entry => entry.name);

describe('a shard that is interrupted', () => {
  const sleepOn = (name: string, trap = ''): ShardOptions =>
    shell(`${trap} echo "started $1"; if [ "$1" = ${name} ]; then sleep 20 & wait; fi`);
  /** SIGTERM as soon as a line is in the log. */
  const termAfter = async (line: string): Promise<void> => {
    while (!lab.log.includes(line)) await new Promise(done => setTimeout(done, 20));
    process.emit('SIGTERM');
  };

  it('stops its tool, keeps what is complete, leaves a record, and goes on there in its next attempt', async () => {
    const run = await storeRun(lab, [named('a', 'b', 'c')]);
    const [code] = await Promise.all([run.start(sleepOn('b')), termAfter('[b] started b')]);
    expect(code).toBe(75);
    expect((await run.record())?.items.map(item => item.state)).toEqual([
      'done',
      'interrupted',
      'not-started',
    ]);
    expect([await run.isDone(), leftOnScratch()]).toEqual([false, []]);
    lab.log.length = 0;
    expect(await run.start(sleepOn('nobody'), 0, { attempt: 2 })).toBe(0);
    expect(lab.log).toEqual(['[b] started b', '[c] started c']);
    expect((await run.record(0, 'parent', 2))?.items.map(item => [item.name, item.state])).toEqual([
      ['a', 'done'],
      ['b', 'done'],
      ['c', 'done'],
    ]);
  });

  it('takes a spot notice of the instance’s metadata for the same', async () => {
    const notice = '{"action":"terminate","time":"2026-01-01T00:02:00Z"}';
    const metadata = await scriptedServer((request, response) => {
      const isKnown = request.method === 'PUT' || request.url!.endsWith('/spot/instance-action');
      say(isKnown ? 200 : 404, request.method === 'PUT' ? 'token' : notice)(request, response);
    });
    const run = await storeRun(lab, [named('a')]);
    const code = await run.start(sleepOn('a'), 0, {
      environment: { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url },
    });
    await metadata.stop();
    expect([code, (await run.record())?.items[0]?.state]).toEqual([75, 'interrupted']);
    expect(lab.log).toContain('stopping: spot notice: terminate');
  });

  it('does not take a tool that exits 0 when told to stop for one that is done', async () => {
    const run = await storeRun(lab, [named('a')]);
    const polite = sleepOn('a', "trap 'exit 0' TERM;");
    const [code] = await Promise.all([run.start(polite), termAfter('[a] started a')]);
    expect([code, (await run.record())?.items[0]?.state]).toEqual([75, 'interrupted']);
  });

  it('kills a tool that does not listen, and what it started', async () => {
    const run = await storeRun(lab, [named('a')]);
    const file = join(lab.folders.dataOut, 'alive');
    const deaf = shell(
      `trap '' TERM; (sleep 0.6; touch ${file}) & echo "started $1"; while true; do sleep 0.1; done`,
    );
    const [code] = await Promise.all([run.start(deaf), termAfter('[a] started a')]);
    expect([code, (await run.record())?.items[0]?.exitCode]).toEqual([75, 137]);
    await new Promise(done => setTimeout(done, 700));
    expect(existsSync(file)).toBe(false);
  });
});
