import { isStoreError } from '../../lib/contract/ports/object-store.ts';
import type { Problem } from '../../lib/contract/workload/errors.ts';
import type { PlacePort } from '../../lib/contract/workload/workload.ts';

/**
 * Looks once into each place, so that a bucket that is not there, is in another region than lab.config.ts says or is closed to
 * who submits is one problem, and not one for each of its 10,000 files. Throws what is no answer of S3's.
 */
export async function reachPlaces(
  workload: string,
  places: Readonly<Record<string, PlacePort>>,
): Promise<readonly Problem[]> {
  const looks = Object.entries(places).map(async ([name, { bucket, prefix, region, store }]) => {
    try {
      for await (const _ of store.list(prefix, { limit: 1 })) break;
      return [];
    } catch (error) {
      if (!isStoreError(error)) throw error;
      return [problemOf(`workloads.${workload}.places.${name}`, `s3://${bucket}`, region, error)];
    }
  });
  return (await Promise.all(looks)).flat();
}

function problemOf(
  where: string,
  bucket: string,
  region: string | undefined,
  { code, message, region: actual }: { code: string; message: string; region?: string },
): Problem {
  if (actual !== undefined && actual !== region)
    return {
      where,
      message: `${bucket} is in ${actual}, and lab.config.ts says ${region ?? 'nothing'}`,
      fix: `region: '${actual}' beside its bucket in lab.config.ts, and deploy; jobs in another region pay for every byte`,
    };
  if (code === 'NoSuchBucket')
    return {
      where,
      message: `there is no bucket ${bucket}`,
      fix: 'look at its name in lab.config.ts, or make it',
    };
  return {
    where,
    message: `${bucket} cannot be listed: ${message}`,
    fix: 'ask whoever deployed the lab for member rights, and whoever owns the bucket for its policy',
  };
}
