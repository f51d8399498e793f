import type { LabConfig } from '../contract/workload/config.ts';
import { env } from '../contract/workload/env.ts';
import { kindNames, specOfKind } from '../contract/workload/places.ts';
import { kindPools } from '../contract/workload/step-sizes.ts';
import { edgeOf, type WorkloadSpec } from '../contract/workload/workload.ts';
import { namedImages } from './kind-image.ts';
import { type Say, unknownFields, unknownName, whole } from './say.ts';

const ours = new Set<string>(Object.values(env));

/** What a workload says of its kinds of jobs, and a lab of their images. */
export function checkKinds(spec: WorkloadSpec, config: LabConfig, where: string, say: Say): void {
  const workload = config.workloads[spec.name]!;
  const names = Object.keys(spec.kinds ?? {});
  const at = `${where}.kinds`;
  for (const [kind, own] of Object.entries(workload.kinds ?? {})) {
    unknownName(kind, names, at, `${spec.name} has no kind of jobs ${JSON.stringify(kind)}`, say);
    unknownFields(own, ['image', 'base'], `${at}.${kind}.`, say);
  }
  for (const kind of names)
    if (!/^[a-z][a-z0-9-]{0,20}$/.test(kind))
      say(`${at}.${kind}`, 'is no name of a kind', 'small letters, digits and -, at most 21, a letter first');
  const images = namedImages(spec.name, workload);
  for (const { where: base, isBase } of images) {
    const image = base.replace(/\.base$/, '.image');
    if (isBase && images.some(each => each.where === image))
      say(base, 'is given beside image, which is used as it is', 'one of the two');
  }
  for (const { name, kind } of spec.steps)
    if (kind !== undefined) unknownName(kind, names, at, `step ${name} is of no kind ${kind}`, say);
  for (const variable of Object.keys(spec.environment ?? {}))
    if (ours.has(variable))
      say(where, `its environment sets ${variable}, which is ours to set`, 'another name');
  checkNodes(spec, config, where, say);
  for (const kind of kindNames(spec))
    checkRights(spec, kind, kind === undefined ? where : `${at}.${kind}`, say);
}

function checkRights(spec: WorkloadSpec, kind: string | undefined, where: string, say: Say): void {
  const { rights = {}, toolCredentials, privileged } = specOfKind(spec, kind);
  const deletes = Object.keys(rights).filter(place =>
    rights[place]!.some(right => right === 'delete' || right === 'delete-versions'),
  );
  for (const place of Object.keys(rights))
    unknownName(place, Object.keys(spec.places ?? {}), where, `has rights in no place ${place}`, say);
  if (deletes.length === 0) return;
  const what = `its jobs may delete in ${deletes.join(', ')}`;
  if (toolCredentials !== undefined)
    say(where, `${what}, and its tools would be given the same right`, 'a kind of its own for what deletes');
  if (privileged !== undefined)
    say(where, `${what}, and are privileged`, 'a kind of its own for what deletes');
}

/**
 * What Batch does not do for multi-node parallel jobs, and what a container with a network of its own lacks. Source: Batch
 * user guide, "Compute environment considerations for MNP": no Spot; awsvpc, whose interfaces on EC2 have no public address.
 */
function checkNodes(spec: WorkloadSpec, config: LabConfig, where: string, say: Say): void {
  const workload = config.workloads[spec.name]!;
  const kinds = kindNames(spec).filter(kind => specOfKind(spec, kind).nodes !== undefined);
  for (const kind of kinds) {
    whole(
      kind === undefined ? `${where}.nodes` : `${where}.kinds.${kind}.nodes`,
      specOfKind(spec, kind).nodes!,
      2,
      1000,
      say,
    );
    for (const name of kindPools(spec, workload, kind)) {
      const pool = config.pools[name];
      if (pool && (pool.market === 'spot' || pool.spillToOnDemand))
        say(
          `${where}.pools`,
          `${name} has spot hosts, on which Batch runs no multi-node parallel jobs`,
          'a pool on demand, best one of their own: their hosts are all in one zone',
        );
    }
  }
  if (kinds.length > 0 && config.network === 'public')
    say(
      'network',
      `jobs of ${spec.name} have several nodes, whose containers have no public address: with public they reach S3 alone`,
      "network: 'private-nat', or 'private-endpoints'",
    );
  for (const { name, kind, dependsOn = [] } of spec.steps)
    for (const { step, when } of dependsOn.map(edgeOf)) {
      const other = spec.steps.find(each => each.name === step);
      if (when === 'each' && [kind, other?.kind].some(each => kinds.includes(each)))
        say(
          where,
          `step ${name} goes shard by shard with ${step}, and jobs of several nodes are no arrays`,
          "when: 'done'",
        );
    }
}
