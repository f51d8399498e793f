import { kindImage } from '../../config/kind-image.ts';
import type { JobResources } from '../../contract/ports/open-run.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { kindNames } from '../../contract/workload/places.ts';
import { suggest } from '../../contract/workload/suggest.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import type { Change } from '../../plan/sizes.ts';

/** What a job asks for, as what its lane has: its market is one of the workload's pools, its image a kind. Throws LabError. */
export function laneOfJob(
  spec: WorkloadSpec,
  config: Pick<LabConfig, 'pools' | 'workloads'>,
  { vcpus, memoryMiB, timeoutSeconds, scratchGiB, image, market, pool }: JobResources,
): Change {
  const workload = config.workloads[spec.name]!;
  if (scratchGiB !== undefined && scratchGiB > spec.scratchGiB)
    throw new LabError({
      where: `disk ${scratchGiB}`,
      message: `a job of ${spec.name} has ${spec.scratchGiB} GiB of scratch for sure`,
      fix: 'scratchGiB in its spec, below jobs/, says how much, and pools.<name>.scratch in lab.config.ts how much a host has',
    });
  const kind = image === undefined ? undefined : kindOf(spec, workload, image);
  const ofMarket = workload.pools.find(name => config.pools[name]?.market === market);
  return {
    vcpus,
    memoryMiB,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    pool: pool ?? ofMarket ?? workload.pools[0]!,
    ...(kind === undefined ? {} : { kind }),
  };
}

/** The kind of jobs in an image, by the kind's name or by the URI that lab.config.ts gives; undefined is the workload's own. */
function kindOf(
  spec: WorkloadSpec,
  workload: Parameters<typeof kindImage>[0],
  image: string,
): string | undefined {
  const kinds = kindNames(spec);
  if (kinds.includes(image)) return image;
  for (const kind of kinds) {
    const { image: uri, base } = kindImage(workload, spec, kind);
    if (uri === image || base === image) return kind;
  }
  const names = kinds.filter(kind => kind !== undefined);
  const near = suggest(image, names);
  throw new LabError({
    where: `docker_image ${image}`,
    message: `is no image that ${spec.name} has: ${names.length > 0 ? `its kinds are ${names.join(', ')}` : 'no kind is listed'}`,
    fix: near
      ? `did you mean ${near}?`
      : `workloads.${spec.name}.kinds: { name: { base: '${image}' } } in lab.config.ts, npm run deploy, and docker_image = 'name'`,
  });
}
