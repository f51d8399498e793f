import { env } from '../../../lib/contract/workload/env.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { type PlaceSource, type PlaceSpec, placeFor } from '../../../lib/contract/workload/places.ts';
import type { TaskPlace } from '../../../lib/contract/workload/task.ts';
import { ShardFailure } from '../failure.ts';
import type { ContainerWorld } from '../world.ts';

/** The places of a workload, as its job definition says. Throws ShardFailure for one that the lab has not said. */
export function taskPlaces(
  world: ContainerWorld,
  parameters: Readonly<Record<string, string>>,
): (name: string) => TaskPlace {
  const places = JSON.parse(world.environment[env.places] ?? '{}') as Record<string, PlaceSource & PlaceSpec>;
  return name => {
    const place = places[name];
    if (!place) throw new ShardFailure(exitCodes.badJob, `lab.config.ts says no place ${name}`);
    const { bucket, prefix, region } = placeFor(place, place, parameters);
    return {
      bucket,
      prefix,
      ...(region === undefined ? {} : { region }),
      store: world.objectStore(bucket, region),
    };
  };
}
