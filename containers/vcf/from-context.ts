import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { bedPlaces, samplePlaces } from '../../jobs/vcf/places.ts';
import { readTileDbOptions } from '../../jobs/vcf/tiledb-options.ts';
import type { TaskContext, TaskPlace } from '../../lib/contract/workload/task.ts';
import { callOf, tileDbConfig } from './call.ts';
import type { VcfWorld } from './vcf-world.ts';

const allPlaces = [...new Set(['dataset', 'destination', ...samplePlaces, ...bedPlaces])];

/** The contract's context in the words of this workload. */
export function fromContext(context: TaskContext): VcfWorld {
  const { items, parameters, limits, signal, scratch, environment, log } = context;
  const places = allPlaces.flatMap(name => placeOf(context, name) ?? []);
  return {
    runId: /^runs\/[^/]+\/([^/]+)\//.exec(context.outputPrefix)?.[1] ?? '',
    items,
    parameters,
    folder: scratch,
    limits,
    clock: {
      now: () => context.now().getTime(),
      // An interruption is seen by who asked.
      sleep: ms => pause(ms, undefined, { signal }).catch(() => undefined),
    },
    signal,
    config: [...tileDbConfig(environment), ...readTileDbOptions(parameters['tiledb-config']).options],
    call: callOf((command, options) => context.exec(command, options), scratch, log),
    store: bucket => {
      const place = places.find(each => each.bucket === bucket);
      if (!place) throw new Error(`s3://${bucket} is no place of this workload in lab.config.ts`);
      return place.store;
    },
    file: async parameter => {
      const frozen = await context.file(parameter);
      return frozen && readFile(frozen.path);
    },
    checkpoint: (item, step) => context.checkpoint(item, step),
    bcftools: async (args, cwd) => (await context.exec(['bcftools', ...args], { cwd })).exitCode,
    log,
  };
}

/** Undefined for one that this workload or this lab does not have. */
function placeOf(context: TaskContext, name: string): TaskPlace | undefined {
  try {
    return context.place(name);
  } catch {
    return undefined;
  }
}
