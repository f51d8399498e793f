import { type BakedImage, bakedPrefix, bakeSchedules } from '../contract/workload/baked-image.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import type { BakedImageInput, LabConfigInput } from './define-lab.ts';
import { type Say, unknownFields, unknownName, whole } from './say.ts';

export const resolveBakedImage = (input: BakedImageInput): BakedImage => ({
  architecture: input.architecture ?? 'x86_64',
  referenceData: input.referenceData ?? [],
  containerImages: input.containerImages ?? [],
  rootGiB: input.rootGiB ?? 100,
  schedule: input.schedule ?? 'monthly',
});

/** Says what Image Builder would only find out an hour later, and what hosts would only when they start. */
export function checkBakedImages(config: LabConfig, input: LabConfigInput, say: Say): void {
  for (const [name, image] of Object.entries(config.bakedImages))
    checkBakedImage(name, image, input.bakedImages?.[name], say);
  for (const [name, { image }] of Object.entries(input.pools ?? {})) {
    if (typeof image !== 'string' || !image.startsWith(bakedPrefix)) continue;
    const baked = image.slice(bakedPrefix.length);
    const where = `pools.${name}`;
    const found = config.bakedImages[baked];
    if (!found) {
      unknownName(
        baked,
        Object.keys(config.bakedImages),
        `${where}.image`,
        `${JSON.stringify(baked)} is no baked image`,
        say,
      );
      continue;
    }
    const pool = config.pools[name]!;
    if (found.architecture !== pool.architecture)
      say(
        `${where}.image`,
        `${baked} is ${found.architecture}, and the pool ${pool.architecture}`,
        'bake one for each',
      );
    if (pool.rootGiB < found.rootGiB)
      say(
        `${where}.rootGiB`,
        `${pool.rootGiB} are less than the ${found.rootGiB} of ${baked}: EC2 starts no host from it`,
        `rootGiB: ${found.rootGiB}`,
      );
  }
}

function checkBakedImage(
  name: string,
  image: BakedImage,
  input: BakedImageInput | undefined,
  say: Say,
): void {
  const where = `bakedImages.${name}`;
  if (input)
    unknownFields(
      input,
      ['architecture', 'referenceData', 'containerImages', 'rootGiB', 'schedule'],
      `${where}.`,
      say,
    );
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) say(where, 'is not a name', 'small letters, digits and -');
  if (!['arm64', 'x86_64'].includes(image.architecture))
    say(
      `${where}.architecture`,
      `${JSON.stringify(image.architecture)} is no architecture`,
      'arm64 or x86_64',
    );
  if (!bakeSchedules.includes(image.schedule))
    say(`${where}.schedule`, `${JSON.stringify(image.schedule)} is no schedule`, bakeSchedules.join(' or '));
  // The base's own is 30 GiB; a volume of gp3 has no more than 16 TiB in an image.
  whole(`${where}.rootGiB`, image.rootGiB, 30, 16_384, say);
  for (const uri of image.referenceData)
    if (!/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/([\w.!*'()/+=-]*\/)?$/.test(uri))
      say(
        `${where}.referenceData`,
        `${JSON.stringify(uri)} is no prefix of a bucket`,
        's3://bucket/genomes/hg38/, with / at its end',
      );
  for (const uri of image.containerImages)
    if (!/^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)+(:[\w.-]+|@sha256:[0-9a-f]{64})$/.test(uri))
      say(
        `${where}.containerImages`,
        `${JSON.stringify(uri)} is no image with its registry and tag`,
        'public.ecr.aws/docker/library/julia:1.11.5, or with @sha256:…',
      );
  if (image.referenceData.length + image.containerImages.length === 0)
    say(
      where,
      'bakes nothing in',
      'referenceData or containerImages, or no baked image: Batch’s own is as good',
    );
}
