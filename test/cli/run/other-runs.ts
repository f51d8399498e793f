import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BatchClient,
  DescribeJobsCommand,
  type JobDetail,
  ListConsumableResourcesCommand,
  SubmitJobCommand,
} from '@aws-sdk/client-batch';
import type { user } from '../helper.ts';

export interface LabOfRuns {
  readonly me: Awaited<ReturnType<typeof user>>;
  readonly batch: BatchClient;
  /** The first run's: its p3 has failed and was done by a retry. */
  readonly runId: string;
  /** Options of a run whose shards this machine has room for. */
  readonly small: readonly string[];
}

/** Runs that are not simply submitted and waited for: one shard at a time, followed, with a script of this machine, and a raw job. */
export function toldOfOtherRuns(lab: LabOfRuns): void {
  it('--parallel 1 runs one shard at a time, and leaves nothing in the account', async () => {
    const ran = await lab.me.lab([
      ...['submit', 'rapidtide', '--participants', 'p1..p4', '--do', 'script', '--script', 'slow.sh'],
      ...[...lab.small, '--parallel', '1', '--local', '--wait'],
    ]);
    expect(ran.code).toBe(0);
    const { out } = await lab.me.lab(['status', ran.out.trim(), '--local', '--json']);
    const items = (JSON.parse(out) as { items: { startedAt: string; endedAt: string }[] }).items;
    const times = items.map(item => [item.startedAt, item.endedAt]).sort();
    expect(times).toHaveLength(4);
    for (const [i, [startedAt]] of times.entries())
      if (i > 0) expect(startedAt! >= times[i - 1]![1]!).toBe(true);
    const { consumableResources } = await lab.batch.send(new ListConsumableResourcesCommand({}));
    expect(consumableResources).toEqual([]);
  });

  it('logs --follow that is interrupted ends as all that is', async () => {
    const { code } = await lab.me.lab(
      ['logs', lab.runId, 'p3', '--follow', '--local'],
      '',
      AbortSignal.abort(),
    );
    expect(code).toBe(130);
  });

  it('logs --follow shows what an item prints until it has ended', async () => {
    const ran = await lab.me.lab([
      ...['submit', 'rapidtide', '--participants', 'p7..p8', '--do', 'script', '--script', 'slow.sh'],
      ...[...lab.small, '--local'],
    ]);
    const { code, out } = await lab.me.lab(['logs', ran.out.trim(), 'p8', '--follow', '--local']);
    expect([code, out]).toEqual([0, expect.stringContaining('[p8] slept for p8')]);
    expect((await lab.me.lab(['status', ran.out.trim(), '--local', '--json'])).out).toMatch(
      /"p8","step":"run","state":"done"/,
    );
  });

  it('a script of this machine is frozen with its run: a retry runs the same bytes, whatever became of the file', async () => {
    const path = join(lab.me.cwd, 'mine.py.sh');
    await writeFile(
      path,
      '#!/usr/bin/env -S node\nrequire("node:fs").writeFileSync(process.env.DATA_OUT + "/v", "one"); process.exit(3)\n',
    );
    const words = [
      '--participants',
      'p1,p2',
      '--do',
      'script',
      '--script',
      './mine.py.sh',
      ...lab.small,
      '--local',
    ];
    const dry = await lab.me.lab(['submit', 'rapidtide', ...words, '--dry-run']);
    expect(dry.err).toMatch(
      /rapidtide over 2 participants: p1 … p2\n {2}mine.py.sh, \d+ bytes, is frozen with the run: SHA-256 [0-9a-f]{12}…\n/,
    );
    const json = await lab.me.lab(['submit', 'rapidtide', ...words, '--dry-run', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ list: { first: 'p1', last: 'p2' } });
    expect(json.err).toContain('rapidtide over 2 participants: p1 … p2\n');
    const ran = await lab.me.lab(['submit', 'rapidtide', ...words, '--wait']);
    expect([ran.code, ran.err]).toEqual([4, expect.stringContaining('mine.py.sh exited with 3')]);
    await writeFile(path, 'exit 9');
    const id = ran.out.trim();
    const again = await lab.me.lab(['retry', id, '--local', '--wait']);
    expect(again.err).toContain('mine.py.sh exited with 3');
    const logs = await lab.me.lab(['logs', id, '--failed', '--local']);
    expect(logs.err).toMatch(/p1 left 2 files, 6 B, at s3:.*\/failed\/p1\/: 0\.1\/v, 1\.1\/v/);
  });

  it('a raw job that got 4 MiB is told why', async () => {
    const { out } = await lab.me.lab(['stack-info', 'rapidtide', '--local', '--json']);
    const { jobQueue, jobDefinition } = JSON.parse(out) as { jobQueue: string; jobDefinition: string };
    const { jobId } = await lab.batch.send(
      new SubmitJobCommand({
        jobName: 'raw',
        jobQueue,
        jobDefinition,
        // What awscli makes of: --container-overrides command=bash,x,memory=4
        containerOverrides: {
          command: ['bash', 'x'],
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '4' },
          ],
        },
      }),
    );
    let job: JobDetail | undefined;
    do {
      await sleep(100);
      job = (await lab.batch.send(new DescribeJobsCommand({ jobs: [jobId!] }))).jobs?.[0];
    } while (job?.status !== 'FAILED' && job?.status !== 'SUCCEEDED');
    expect(job.status).toBe('FAILED');
    const { code, out: told } = await lab.me.lab(['doctor', jobId!, '--local']);
    expect([code, told.replace(/\s+/g, ' ')]).toEqual([
      4,
      expect.stringMatching(/this job got 4 MiB of memory, with which nothing runs.*a word such as memory=4/),
    ]);
  });
}
