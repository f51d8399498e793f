import type { PlaceConfig } from '../contract/workload/config.ts';
import { LabError } from '../contract/workload/errors.ts';
import { placeFor } from '../contract/workload/places.ts';
import type { PlacePort, RunRequest, SpecPorts, WorkloadSpec } from '../contract/workload/workload.ts';
import type { LabPorts, RunWorld } from './lab-ports.ts';

/** What a workload's own functions see of the lab: its stores, its places. */
export function specPorts(
  spec: WorkloadSpec,
  request: RunRequest,
  ports: Pick<LabPorts, 'storeOf' | 'placeStoreOf' | 'deployment'>,
  world: RunWorld,
): SpecPorts {
  return {
    store: ports.storeOf,
    outputBucket: ports.deployment.outputBucket,
    region: world.config.region,
    place: name =>
      placeOf(spec, name, request, world.config.workloads[spec.name]?.places ?? {}, ports.placeStoreOf),
    note: world.progress,
    signal: world.signal,
    progress: world.progress,
    now: world.now,
  };
}

function placeOf(
  spec: WorkloadSpec,
  name: string,
  request: RunRequest,
  places: Readonly<Record<string, PlaceConfig>>,
  placeStoreOf: LabPorts['placeStoreOf'],
): PlacePort {
  const wanted = spec.places?.[name];
  if (!wanted) throw new Error(`${spec.name} has no place ${name}`);
  const where = `workloads.${spec.name}.places.${name}`;
  const place = places[name];
  if (!place)
    throw new LabError({
      where,
      message: `is not said in lab.config.ts: ${wanted.describe}`,
      fix: `places: { ${name}: { bucket: '<bucket>', prefix: '<prefix>/' } }`,
    });
  const found = placeFor(place, wanted, request.parameters);
  return { ...found, store: placeStoreOf(found.bucket, found.region) };
}
