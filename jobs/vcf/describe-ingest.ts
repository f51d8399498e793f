import { counted } from '../../lib/contract/workload/number-text.ts';
import type { Item, RunRequest } from '../../lib/contract/workload/workload.ts';
import { bytesText } from './bytes-text.ts';
import { estimate, growth } from './estimate.ts';

const batch = 10;

/** What a choice of jobs means: fragments, disk, time, money. */
export async function describeIngest(
  items: readonly Item[],
  request: RunRequest,
): Promise<readonly string[]> {
  const bytes = items.map(({ labels }) => Number(labels?.bytes ?? 0) + Number(labels?.indexBytes ?? 0));
  const groups = Math.max(1, Number(request.parameters.incremental ?? 1));
  const jobs = groups * (request.shards ?? Math.ceil(items.length / groups / (request.itemsPerShard ?? 100)));
  const { batches, fragments, scratchBytes, hours, money } = estimate({
    samples: items.length,
    jobs: Math.min(jobs, items.length),
    batch,
    bytes,
    vcpus: request.vcpus ?? 16,
    statistics: request.parameters['allele-frequencies'] === 'true',
  });
  const records = items.reduce((sum, { labels }) => sum + Number(labels?.records ?? 0), 0);
  const fewer = Math.ceil(items.length / batch);
  return [
    `${counted(records, 'record')} in ${bytesText(bytes.reduce((sum, each) => sum + each, 0))}; the dataset grows by about ${bytesText(growth * bytes.reduce((sum, each) => sum + each, 0))}`,
    `${number(batches)} ${batches === 1 ? 'batch' : 'batches'} of up to ${counted(batch, 'sample')}: about ${counted(fragments, 'fragment')} for each group of contigs`,
    ...(batches > 1.2 * fewer
      ? [
          `with ${counted(batch, 'sample')} or more a job it would be ${number(fewer)}: fragments make a dataset slow`,
        ]
      : []),
    `scratch: ${bytesText(scratchBytes)} a job (two batches at once)`,
    `about ${hours < 0.1 ? 'a few minutes' : `${hours.toFixed(1)} h`} a job, ${money.toFixed(2)} USD in all (us-east-1, on demand; small files were measured: two or three times either way)`,
  ];
}

const number = (value: number): string => value.toLocaleString('en-US');
