import type { WorkloadConfig } from '../contract/workload/config.ts';
import { env } from '../contract/workload/env.ts';
import { kindNames, specOfKind } from '../contract/workload/places.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { namedImages } from './kind-image.ts';
import { type Say, unknownName } from './say.ts';

const ours = new Set<string>(Object.values(env));

/** What a workload says of its kinds of jobs, and a lab of their images. */
export function checkKinds(spec: WorkloadSpec, workload: WorkloadConfig, where: string, say: Say): void {
  const names = Object.keys(spec.kinds ?? {});
  const at = `${where}.kinds`;
  for (const kind of Object.keys(workload.kinds ?? {}))
    unknownName(kind, names, at, `${spec.name} has no kind of jobs ${JSON.stringify(kind)}`, say);
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
