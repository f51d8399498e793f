import { BatchClient, DescribeJobsCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { startBatch } from '../../../lib/twin/batch/start-batch.ts';
import type { RunContainer } from '../../../lib/twin/batch/types.ts';
import { jsonService } from '../../../lib/twin/http/json-service.ts';
import { startServer } from '../../../lib/twin/http/server.ts';
import { logsService } from '../../../lib/twin/logs/logs-service.ts';
import { resources } from './resources.ts';

/**
 * A process of its own: arrays of 10,000 children that do nothing but say a line, one after the other. Prints how many succeeded of each, and the most
 * that was held at the end of one.
 */
const folder = process.argv[2]!;
const rounds = Number(process.argv[3]);

const noOp: RunContainer = spec => ({
  signal: () => undefined,
  exited: new Promise(done => {
    setImmediate(() => {
      spec.onOutput(['done']);
      done({ exitCode: 0 });
    });
  }),
});

async function main(): Promise<void> {
  const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  const batch = await startBatch({
    folder: `${folder}/batch`,
    region: 'us-east-1',
    account: '000000000000',
    resources,
    logs: logsService({ folder: `${folder}/logs`, region: 'us-east-1' }),
    run: noOp,
    cpus: 16,
    memoryMiB: 100_000,
  });
  const server = await startServer({
    services: [jsonService('batch', 'rest-json', batch.call)],
    credentials: { find: () => keys },
  });
  const client = new BatchClient({ endpoint: server.url, region: 'us-east-1', credentials: keys });
  batch.start();
  const ended: number[] = [];
  let heldMiB = 0;
  for (let round = 0; round < rounds; round++) {
    const submit = {
      jobName: 'array',
      jobQueue: 'queue',
      jobDefinition: 'work',
      arrayProperties: { size: 10_000 },
    };
    const { jobId } = await client.send(new SubmitJobCommand(submit));
    for (;;) {
      const { jobs } = await client.send(new DescribeJobsCommand({ jobs: [jobId!] }));
      const { SUCCEEDED = 0, FAILED = 0 } = jobs?.[0]?.arrayProperties?.statusSummary ?? {};
      if (SUCCEEDED + FAILED === 10_000) {
        ended.push(SUCCEEDED);
        heldMiB = Math.max(heldMiB, held());
        break;
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }
  await batch.close();
  await server.close();
  process.stdout.write(JSON.stringify({ ended, heldMiB }));
}

/** Heap and buffers, MiB, without what may be collected. */
function held(): number {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 2 ** 20);
}

void main();
