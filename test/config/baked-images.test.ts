import { workloads } from '../../jobs/index.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';

const resolve = (input: LabConfigInput) => resolveConfig({ name: 'seis', ...input }, workloads);
const genome = { referenceData: ['s3://bucket/genomes/hg38/'], rootGiB: 200 };

it('a pool names a baked image, and gets the parameter with its newest id', () => {
  const { pools, bakedImages } = resolve({
    bakedImages: { genome },
    pools: { mine: { image: 'baked:genome', rootGiB: 250 } },
  });
  expect(pools.mine!.image).toBe('/imagebuilder/arraylab/seis/genome');
  expect(bakedImages.genome).toEqual({
    architecture: 'x86_64',
    referenceData: ['s3://bucket/genomes/hg38/'],
    containerImages: [],
    rootGiB: 200,
    schedule: 'monthly',
  });
});

it.each<[string, LabConfigInput, RegExp]>([
  [
    'an image that nobody bakes',
    { pools: { mine: { image: 'baked:genom' } }, bakedImages: { genome } },
    /"genom" is no baked image/,
  ],
  [
    'another architecture',
    {
      pools: { mine: { image: 'baked:genome', architecture: 'arm64', rootGiB: 200 } },
      bakedImages: { genome },
    },
    /genome is x86_64, and the pool arm64/,
  ],
  [
    'a root volume that is smaller than the image',
    { pools: { mine: { image: 'baked:genome' } }, bakedImages: { genome } },
    /100 are less than the 200 of genome: EC2 starts no host from it/,
  ],
  [
    'data that are no prefix',
    { bakedImages: { genome: { referenceData: ['s3://bucket/hg38'] } } },
    /no prefix of a bucket/,
  ],
  [
    'an image without a tag',
    { bakedImages: { genome: { containerImages: ['docker.io/julia'] } } },
    /no image with its registry and tag/,
  ],
  ['nothing to bake', { bakedImages: { genome: {} } }, /bakes nothing in/],
  [
    'a schedule',
    { bakedImages: { genome: { ...genome, schedule: 'daily' as never } } },
    /"daily" is no schedule/,
  ],
])('refuses %s', (_, input, message) => {
  expect(() => resolve(input)).toThrow(message);
});
