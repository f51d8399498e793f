import { setTimeout as sleep } from 'node:timers/promises';
import { vcfIngest } from '../../jobs/vcf/specs/ingest.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { startRun } from '../../lib/runs/start-run.ts';
import { memoryStore } from '../../test/helpers/memory-store.ts';
import { SimulatedBatch } from '../../test/runs/simulated-batch.ts';

const samples = 10_000;
/** Batch takes 50 calls a second from an account. */
const callMs = 20;
const oldCalls = 200;

/**
 * 10,000 samples submitted to a Batch that answers 50 calls a second: ours as arrays, all steps of it; and the pattern of the old
 * script, a list object and a SubmitJob for each of 10,000 jobs (over 200 calls, and multiplied).
 */
export async function vcfSubmission(): Promise<string> {
  const items = Array.from({ length: samples }, (_, i): Item => {
    const uri = `s3://genomes/cohort/NA${i}/variants.bcf`;
    const labels = {
      uri,
      index: `${uri}.csi`,
      sample: `NA${i}`,
      records: '5000000',
      bytes: '900000000',
      etag: '"e"',
    };
    return { name: `NA${i}`, labels };
  });
  const batch = new SimulatedBatch(() => {});
  const calls = { submit: 0, look: 0 };
  const paced = {
    submit: async (job: Parameters<typeof batch.submit>[0]) => {
      calls.submit++;
      await sleep(callMs);
      return batch.submit(job);
    },
    findByName: async (queue: string, name: string) => {
      calls.look++;
      await sleep(callMs);
      return batch.findByName(queue, name);
    },
  };
  const began = performance.now();
  const request = {
    workload: vcfIngest.name,
    parameters: { 'dataset-uri': 's3://variants/cohort' },
    shards: 100,
  };
  const places = { dataset: { bucket: 'variants' }, samples: { bucket: 'genomes' } };
  const config = resolveConfig({ workloads: { [vcfIngest.name]: { places } } }, [vcfIngest]);
  const round = planRound({
    spec: vcfIngest,
    config,
    request,
    runId: 'r',
    round: 0,
    now: new Date(0),
    queues: Object.fromEntries(Object.keys(config.pools).map(pool => [pool, pool])),
    work: Object.fromEntries(vcfIngest.steps.map(step => [step.name, [{ items }]])),
  });
  const { signal } = new AbortController();
  const ports = { store: memoryStore(), batch: Object.assign(Object.create(batch), paced) as SimulatedBatch };
  await startRun(ports, round, items, { signal }, () => '');
  const ours = performance.now() - began;
  const loopBegan = performance.now();
  for (let call = 0; call < oldCalls; call++) await sleep(callMs);
  const old = ((performance.now() - loopBegan) / oldCalls) * 2 * samples;
  return [
    `Submission of ${samples.toLocaleString('en')} samples to a Batch of ${1000 / callMs} calls a second`,
    `ours: ${(ours / 1000).toFixed(2)} s, ${calls.submit} SubmitJob for ${round.plan.steps.length} steps, ${calls.look} ListJobs that look for jobs of that name first`,
    `two calls a job, 10,000 jobs (from ${oldCalls} calls): ${(old / 1000).toFixed(0)} s, ${(old / ours).toFixed(0)} times as long`,
    '',
  ].join('\n');
}
