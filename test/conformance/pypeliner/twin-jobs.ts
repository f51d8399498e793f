import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { batchOperations } from '../../../lib/aws/batch-operations.ts';
import { deploymentOf } from '../../../lib/aws/deployment.ts';
import type { RunningTwin } from '../../../lib/cli/twin/server.ts';
import { isTerminal } from '../../../lib/contract/ports/ports.ts';

/** How many jobs of a run are not over, as Batch says. */
export async function jobsUnderWay(twinFolder: string, runId: string): Promise<number> {
  const { url, region, keys, lab, outputs } = JSON.parse(
    readFileSync(join(twinFolder, 'server.json'), 'utf8'),
  ) as RunningTwin;
  const batch = batchOperations({ url, region, credentials: keys.members });
  let count = 0;
  for (const jobQueue of Object.values(deploymentOf(outputs, lab).map.queues))
    for await (const job of batch.list({ jobQueue, namePrefix: '' }))
      if (job.jobName.includes(runId) && !isTerminal(job.status)) count++;
  return count;
}
