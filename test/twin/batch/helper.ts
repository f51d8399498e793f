import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchClient,
  DescribeJobsCommand,
  type JobDetail,
  SubmitJobCommand,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { atTwin } from '../../../lib/aws/endpoint.ts';
import { type BatchOptions, startBatch } from '../../../lib/twin/batch/start-batch.ts';
import type { ContainerSpec, RunContainer } from '../../../lib/twin/batch/types.ts';
import { jsonService } from '../../../lib/twin/http/json-service.ts';
import { startServer } from '../../../lib/twin/http/server.ts';
import type { JobDefinition, TwinStack } from '../../../lib/twin/template/twin-stack.ts';
import { definition, resources } from './resources.ts';

export { definition, resources };

/** Containers that do what the first word of their command says: `ok`, `exit N`, `reason N TEXT`, `host`, `hang`, `deaf`, `polite`. */
export function fakeContainers() {
  const started: ContainerSpec[] = [];
  const signals: string[] = [];
  const live = new Map<string, () => void>();
  let most = 0;
  const run: RunContainer = spec => {
    started.push(spec);
    const [what = 'ok', number = '0', ...text] = spec.command;
    if (what === 'throw') throw new Error('no space left');
    let end: (exit: { exitCode?: number; reason?: string; statusReason?: string }) => void = () => undefined;
    const exited = new Promise<{ exitCode?: number; reason?: string; statusReason?: string }>(resolve => {
      end = resolve;
    }).finally(() => live.delete(spec.jobId));
    live.set(spec.jobId, () => end({ exitCode: 0 }));
    most = Math.max(most, live.size);
    if (what === 'ok') setImmediate(() => end({ exitCode: 0 }));
    if (what === 'exit') setImmediate(() => end({ exitCode: Number(number) }));
    if (what === 'reason') setImmediate(() => end({ exitCode: Number(number), reason: text.join(' ') }));
    if (what === 'host') setImmediate(() => end({ statusReason: 'Host EC2 (instance i-0abc) terminated.' }));
    if (what === 'odd')
      setImmediate(() => end({ exitCode: Number(spec.environment.AWS_BATCH_JOB_ARRAY_INDEX) % 2 }));
    return {
      exited,
      signal: name => {
        signals.push(name);
        if (what !== 'deaf' || name === 'SIGKILL')
          end({ exitCode: what === 'polite' ? 0 : name === 'SIGTERM' ? 143 : 137 });
      },
    };
  };
  return {
    run,
    started,
    signals,
    /** Ends a hanging container well. */
    finish: (jobId: string) => live.get(jobId)?.(),
    running: () => [...live.keys()],
    most: () => most,
  };
}

export type Overrides = Partial<Omit<BatchOptions, 'folder'>> & { readonly folder?: string };

/** A twin with Batch alone, a client for it, and containers that do as their command says. */
export async function startTestBatch(overrides: Overrides = {}) {
  const folder = overrides.folder ?? mkdtempSync(join(tmpdir(), 'twin-batch-'));
  const containers = fakeContainers();
  const lines: [string, string, string][] = [];
  const batch = await startBatch({
    region: 'us-east-1',
    account: '000000000000',
    resources,
    run: containers.run,
    logs: {
      append: (group, stream, message) => {
        for (const line of [message].flat()) lines.push([group, stream, line as string]);
      },
    },
    cpus: 4,
    memoryMiB: 10_000,
    stopTimeoutMs: 50,
    ...overrides,
    pace: { statusSummaryLagMs: 0, ...overrides.pace },
    folder,
  });
  const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  const server = await startServer({
    services: [jsonService('batch', 'rest-json', batch.call)],
    credentials: { find: id => (id === keys.accessKeyId ? keys : undefined) },
  });
  const client = new BatchClient({
    ...atTwin,
    endpoint: server.url,
    region: 'us-east-1',
    credentials: keys,
    maxAttempts: 1,
  });
  batch.start();
  const describe = async (jobId: string): Promise<JobDetail> => {
    const { jobs } = await client.send(new DescribeJobsCommand({ jobs: [jobId] }));
    if (!jobs?.[0]) throw new Error(`no job ${jobId}`);
    return jobs[0];
  };
  return {
    ...containers,
    batch,
    client,
    url: server.url,
    folder,
    lines,
    describe,
    submit: async (command: string[], more: Partial<SubmitJobCommandInput> = {}): Promise<string> => {
      const { containerOverrides, ...rest } = more;
      const { jobId } = await client.send(
        new SubmitJobCommand({
          jobName: 'a-job',
          jobQueue: 'queue',
          jobDefinition: 'work',
          containerOverrides: { command, ...containerOverrides },
          ...rest,
        }),
      );
      return jobId!;
    },
    until: async (jobId: string, ...wanted: string[]): Promise<JobDetail> => {
      for (const end = Date.now() + 40_000; Date.now() < end; ) {
        // A child is not there before its parent is PENDING.
        const job = await describe(jobId).catch(() => undefined);
        if (job && wanted.includes(job.status!)) return job;
        await new Promise(resolve => setTimeout(resolve, 2));
      }
      throw new Error(`${jobId} is ${(await describe(jobId)).status}, never ${wanted.join(' or ')}`);
    },
    /** Ends the twin and leaves its folder. */
    halt: async () => {
      await batch.close();
      await server.close();
    },
    stop: async () => {
      await batch.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type TestBatch = Awaited<ReturnType<typeof startTestBatch>>;
export const ended = ['SUCCEEDED', 'FAILED'] as const;
export const copyOf = (given: Partial<JobDefinition>): TwinStack => ({
  ...resources,
  jobDefinitions: [{ ...definition, ...given }],
});
