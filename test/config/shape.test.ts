import { workloads } from '../../jobs/index.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { LabError } from '../../lib/contract/workload/errors.ts';
import { problemsOf } from './problems-of.ts';

/** Something of everything that a lab may say. */
const full = {
  name: 'lab',
  region: 'us-west-2',
  network: 'public',
  imageBuild: 'docker',
  logRetentionDays: 90,
  notify: ['a@example.org'],
  existingOutputBucket: 'my-bucket',
  datasets: {
    hcp: { bucket: 'hcp', access: 'keys', region: 'us-east-1', prefix: 'a/', existingSecret: 'x' },
    abcd: { access: 'nda', package: 123, files: 'x{item}', buckets: ['b-1'] },
  },
  pools: {
    big: {
      market: 'spot',
      spillToOnDemand: true,
      instanceTypes: ['r7i.8xlarge'],
      maxvCpus: 256,
      scratch: { sizeGiB: 750, iops: 8000, throughputMiBps: 1000 },
      rootGiB: 300,
      image: 'baked:refs',
    },
  },
  bakedImages: {
    refs: { referenceData: ['s3://refs/one/'], containerImages: ['1.dkr.ecr.us-west-2.amazonaws.com/a:1'] },
  },
  pullThroughCache: { 'docker-hub': { upstream: 'docker.io', secret: 'ecr-pullthroughcache/docker-hub' } },
  archive: { bucket: 'my-archive', versioned: true, objectLock: { mode: 'GOVERNANCE', days: 5 } },
  workloads: {
    rapidtide: {
      enabled: true,
      datasets: { '/data_in': 'hcp' },
      pools: ['big'],
      resources: { vcpus: 8 },
      base: 'a/b:1',
    },
    'vcf-ingest': {
      places: {
        dataset: { bucket: 'variants', prefix: 'c/' },
        samples: { bucket: 'genomes', region: 'eu-west-1' },
      },
    },
    'ambient-noise': {
      datasets: { '/archive': 'hcp' },
      steps: { correlate: { resources: { vcpus: 8 }, scratchGiB: 100 } },
    },
    pypeliner: { kinds: { bwa: { base: 'quay.io/lab/bwa:0.7' } } },
  },
};
const odd = [null, 5, '', 'x y', true, ['x'], [null], {}, { x: 1 }];

/** The paths of everything in it. */
function* paths(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path;
  if (typeof value === 'object' && value !== null)
    for (const [key, of] of Object.entries(value)) yield* paths(of, [...path, key]);
}

function withValue(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((one, at) => (String(at) === key ? withValue(one, rest, put) : one));
  return { ...(value as object), [key]: withValue((value as Record<string, unknown>)[key], rest, put) };
}

const refused = (written: unknown): LabError | undefined => {
  try {
    resolveConfig(written as LabConfigInput, workloads);
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
};

it('whatever stands where something else is wanted, it is the person’s mistake and none of ours', () => {
  expect(refused(full)).toBeUndefined();
  for (const path of paths(full))
    for (const value of odd)
      for (const { message } of refused(withValue(full, path, value))?.problems ?? [])
        expect([path, value, message]).not.toContainEqual(
          expect.stringMatching(/is not a function|is not iterable|Cannot read/),
        );
});

it.each([
  [
    'a list that is one word',
    { workloads: { pypeliner: { pools: 'x86-spot' } } },
    ['workloads.pypeliner.pools: "x86-spot" is not a list\n  pools: ["x86-spot"]'],
  ],
  ['a number in a list of words', { notify: [5] }, ['notify[0]: 5 is not text']],
  [
    'nothing where a workload is',
    { workloads: { pypeliner: null } },
    ['workloads.pypeliner: null is not an object\n  pypeliner: { … }'],
  ],
  [
    'an image under a name that is nearly one',
    { workloads: { pypeliner: { kinds: { bwa: { bsae: 'a/b:1' } } } } },
    ['kinds.bwa.bsae: is not understood\n  did you mean base?'],
  ],
  [
    'a switch in quotes',
    { workloads: { pypeliner: { enabled: 'false' } } },
    ['workloads.pypeliner.enabled: "false" is neither true nor false'],
  ],
  [
    'a bucket that has no name',
    { existingOutputBucket: '' },
    ['existingOutputBucket: "" is not a bucket’s name'],
  ],
  [
    'a region that is none',
    { datasets: { a: { bucket: 'abc', access: 'role', region: 'oregon' } } },
    ['datasets.a.region: "oregon" is not a region'],
  ],
])('%s is told once, with what to write', (_, written, told) => {
  const text = problemsOf(written as unknown as LabConfigInput);
  for (const words of told) expect(text).toContain(words);
  expect(text.match(/^lab\.config\.ts/gm)).toHaveLength(told.length);
});

it('a place without a bucket is none that is called undefined, and its typing errors are told', () => {
  const places = { dataset: { bukcet: 'variants' }, samples: { bucket: 'genomes' } };
  const text = problemsOf({ workloads: { 'vcf-ingest': { places } } } as unknown as LabConfigInput);
  expect(text).toContain('places.dataset.bukcet: is not understood\n  did you mean bucket?');
  expect(text).toContain('places.dataset.bucket: ');
  expect(text).toContain('is not a bucket’s name');
});
