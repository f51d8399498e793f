import { LabError, refuse } from '../../../lib/contract/workload/errors.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Item, RunRequest, SpecPorts, WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { defaultAttributes } from '../attributes.ts';
import { describeIngest } from '../describe-ingest.ts';
import { peekOfPlaces } from '../peek-of.ts';
import { ingestPlaces, placesByName, reading, samplePlaces, writing } from '../places.ts';
import { ingestProblems, prepareIngest } from '../prepare-ingest.ts';
import { reachPlaces } from '../reach-places.ts';
import { reportIngest } from '../report.ts';
import { vcfJobs } from './jobs.ts';
import { jobOptions, oldOptions } from './parameters.ts';

/** Genomics: single-sample VCF and BCF files into one TileDB-VCF dataset, each record once. Replaces batch-ingest.py. */
export const vcfIngest: WorkloadSpec = {
  name: 'vcf-ingest',
  title: 'VCF or BCF files into a TileDB-VCF dataset',
  example: '--dataset-uri s3://bucket/cohort --samples samples.txt',
  item: { one: 'sample', many: 'samples', lines: 'uri' },
  parameters: [
    {
      name: 'dataset-uri',
      describe: 's3:// folder of the dataset; made where it is not there',
      type: 'string',
      required: true,
    },
    {
      name: 'attributes',
      describe: `fields that become attributes, when the dataset is made (default ${defaultAttributes})`,
      type: 'string',
    },
    {
      name: 'vcf-attributes',
      describe: 'a VCF or BCF, or its header alone: all its fields become attributes',
      type: 'file',
    },
    {
      name: 'continue',
      describe: 'samples that are there: whole ones stay, others are stored again',
      type: 'boolean',
    },
    {
      name: 'allele-frequencies',
      describe: 'make the arrays of statistics; a repair leaves them too high',
      type: 'boolean',
    },
    {
      name: 'index-times',
      describe: 'whether an index may be older than its file',
      type: 'choice',
      choices: ['check', 'ignore'],
      default: 'check',
    },
    {
      name: 'incremental',
      describe: 'groups of samples that are stored one after the other',
      type: 'number',
    },
    ...jobOptions,
    {
      name: 'metadata-s3',
      describe: 'of the old script',
      type: 'string',
      note: 'lists of a run are in the output bucket, below its run',
    },
    ...oldOptions,
  ],
  ...vcfJobs,
  places: ingestPlaces,
  rights: { dataset: writing, samples: reading, 'more-samples': reading },
  kinds: {
    reader: {
      rights: { dataset: reading, samples: reading, 'more-samples': reading },
      toolCredentials: 'role',
      scratchGiB: 1,
    },
    // Deletes what the tool has consolidated, by our own code: a tool never has credentials that may delete.
    tidier: { rights: { dataset: [...reading, 'delete'] }, scratchGiB: 1 },
  },
  steps: [
    {
      name: 'create',
      takes: 'run',
      resources: { vcpus: 2, memoryMiB: 7000, timeoutSeconds: 3600 },
      scratchGiB: 1,
    },
    {
      name: 'store',
      takes: 'shard',
      itemsPerShard: 100,
      main: true,
      inTurn: 'incremental',
      dependsOn: ['create'],
    },
    {
      name: 'consolidate',
      takes: 'run',
      dependsOn: [{ step: 'store', when: 'ended' }],
      resources: { vcpus: 4, memoryMiB: 15_000 },
      scratchGiB: 1,
    },
    {
      name: 'vacuum',
      takes: 'run',
      kind: 'tidier',
      dependsOn: [{ step: 'consolidate', when: 'ended' }],
      resources: { vcpus: 1, memoryMiB: 2000, timeoutSeconds: 3600 },
    },
    {
      name: 'verify',
      takes: 'shard',
      kind: 'reader',
      itemsPerShard: 100,
      dependsOn: [{ step: 'vacuum', when: 'ended' }],
      resources: { vcpus: 4, memoryMiB: 15_000 },
    },
  ],
  check: ({ parameters }) => ingestProblems(parameters),
  expand: lookAtFiles,
  describe: describeIngest,
  report: reportIngest,
};

async function lookAtFiles(
  items: readonly Item[],
  request: RunRequest,
  ports: SpecPorts,
): Promise<readonly Item[]> {
  const named = placesByName(name => ports.place(name), ['dataset', ...samplePlaces]);
  refuse(await reachPlaces('vcf-ingest', named));
  const places = Object.values(named);
  const prepared = await prepareIngest(items, request.parameters, {
    places,
    region: ports.region,
    peek: peekOfPlaces(places, ports.signal),
    attributesFile: ports.files?.['vcf-attributes'],
    signal: ports.signal,
    progress: (done, total) => {
      if (done % 100 === 0 || done === total)
        ports.progress(`${done} of ${counted(total, 'file')} looked at`);
    },
  });
  if (prepared.problems.length > 0) throw new LabError(prepared.problems);
  for (const note of prepared.notes) ports.note(note);
  return prepared.items;
}
