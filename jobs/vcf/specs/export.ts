import { LabError, refuse } from '../../../lib/contract/workload/errors.ts';
import type { Item, RunRequest, SpecPorts, WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { bedPlaces, exportPlaces, placesByName, placesOf, reading, writing } from '../places.ts';
import { exportProblems, prepareExport, samplesPerJob } from '../prepare-export.ts';
import { reachPlaces } from '../reach-places.ts';
import { reportExport } from '../report.ts';
import { vcfJobs } from './jobs.ts';
import { jobOptions, oldOptions } from './parameters.ts';

/** Genomics: samples and regions out of a TileDB-VCF dataset, a proved file a sample. Replaces batch-export.py. */
export const vcfExport: WorkloadSpec = {
  name: 'vcf-export',
  title: 'samples and regions of a TileDB-VCF dataset, a file a sample',
  item: { one: 'sample', many: 'samples' },
  parameters: [
    { name: 'dataset-uri', describe: 's3:// folder of the dataset', type: 'string' },
    { name: 'array', describe: 'the same as --dataset-uri', type: 'string' },
    { name: 'dest-s3', describe: 's3:// folder for the files', type: 'string', required: true },
    {
      name: 'bed',
      describe: 'BED file with the regions, of this machine or s3://',
      type: 'file',
      required: true,
    },
    {
      name: 'attributes',
      describe: 'INFO and FORMAT fields to keep: fmt_GT,info_AF (default all)',
      type: 'string',
    },
    {
      name: 'format',
      describe: 'b: BCF, z: VCF.gz, v: VCF, t: table',
      type: 'choice',
      choices: ['b', 'z', 'v', 't'],
      default: 'b',
    },
    { name: 'merge', describe: 'one file of all samples of a job', type: 'boolean' },
    { name: 'overwrite', describe: 'files that are in --dest-s3 already are replaced', type: 'boolean' },
    ...jobOptions,
    ...oldOptions,
  ],
  ...vcfJobs,
  places: exportPlaces,
  rights: { dataset: reading, destination: writing, regions: reading },
  kinds: { reader: { rights: { dataset: reading }, toolCredentials: 'role', scratchGiB: 1 } },
  steps: [
    {
      name: 'check',
      takes: 'run',
      kind: 'reader',
      resources: { vcpus: 2, memoryMiB: 7000, timeoutSeconds: 3600 },
    },
    { name: 'export', takes: 'shard', itemsPerShard: samplesPerJob, main: true, dependsOn: ['check'] },
  ],
  check: ({ parameters, shards }, list) => exportProblems(list, parameters, shards),
  expand: checkRequest,
  report: reportExport,
};

async function checkRequest(
  items: readonly Item[],
  request: RunRequest,
  ports: SpecPorts,
): Promise<readonly Item[]> {
  const place = (name: string) => ports.place(name);
  refuse(await reachPlaces('vcf-export', placesByName(place, ['dataset', 'destination', 'regions'])));
  const prepared = await prepareExport(items, request.parameters, {
    dataset: placesOf(place, ['dataset']),
    destination: placesOf(place, ['destination']),
    regions: placesOf(place, bedPlaces),
    bedFile: ports.files?.bed,
    shards: request.shards,
  });
  if (prepared.problems.length > 0) throw new LabError(prepared.problems);
  for (const note of prepared.notes) ports.note(note);
  return prepared.items;
}
