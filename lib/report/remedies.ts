import type { Lane } from '../contract/run/run.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { CauseGroup } from './causes.ts';

/** What to do about a cause: a sentence, and the command that does it. */
export interface Remedy {
  readonly text: string;
  readonly command: string;
}

export interface RemedyWorld {
  readonly run: string;
  readonly spec: WorkloadSpec;
  readonly config: LabConfig;
  /** Its script is frozen with it: one that is mended is another run's. */
  readonly isFrozen: boolean;
  /** Its jobs are sent as they come by a workflow, which tries them again by itself and alone takes their results. */
  readonly isOpen?: boolean;
  /** What every command of this lab ends with: ` --local`, or nothing. */
  readonly suffix: string;
  /** What the step's jobs had last. */
  laneOf(step: string): Lane | undefined;
}

const gib = 1024;

/** The command that retries exactly what has failed of this cause, with more of what it lacked. */
export function remedyFor(cause: CauseGroup, world: RemedyWorld): Remedy {
  if (world.isOpen)
    return {
      text: 'its workflow tries it again, when it is started again with the same command; what was printed',
      command: `npx lab logs ${world.run} --failed${world.suffix}`,
    };
  const { text, options = '', all } = treatment(cause, world);
  const chosen = all ? '' : ` --cause ${cause.id}`;
  return { text, command: `npx lab retry ${world.run}${chosen}${options}${world.suffix}` };
}

interface Treatment {
  readonly text: string;
  readonly options?: string;
  /** It is not about these alone. */
  readonly all?: true;
}

function treatment(cause: CauseGroup, world: RemedyWorld): Treatment {
  const lane = cause.lane ?? world.laneOf(cause.step);
  if (cause.kind === 'out-of-memory' && lane) {
    const wanted = memoryWanted(cause.peakMemoryBytes, lane.memoryMiB);
    const peak = cause.peakMemoryBytes ? `${(cause.peakMemoryBytes / 2 ** 30).toFixed(1)} GiB of ` : '';
    return {
      text: `ran out of memory at ${peak}${Math.round(lane.memoryMiB / gib)} GiB: more of it`,
      options: ` --memory ${cause.step}=${wanted}GiB`,
    };
  }
  if (cause.kind === 'timeout' && lane)
    return {
      text: `took longer than ${duration(lane.timeoutSeconds)}: twice that`,
      options: ` --timeout ${duration(2 * lane.timeoutSeconds)}`,
    };
  if (cause.kind === 'reclaimed') {
    const pool = onDemandPool(world, lane);
    return pool
      ? { text: 'lost its host: hosts that nobody takes away', options: ` --pool ${pool}` }
      : { text: 'lost its host: once more' };
  }
  if (cause.kind === 'held')
    return { text: 'waits for what failed before it, and goes on with it', all: true };
  if (cause.kind === 'cancelled') return { text: 'was cancelled' };
  // Of Batch's words for what never began, the one that no retry mends by itself.
  if (/^CannotPull/.test(cause.reason))
    return { text: 'its image could not be pulled: see npx lab doctor, then' };
  return {
    text: world.isFrozen
      ? 'ended by itself: mend its input, then this; a script is frozen with its run, and a mended one is submitted anew'
      : 'ended by itself: mend its input, then',
  };
}

/** Twice what was asked for where the peak was cut off there, as that of what is killed is; else the peak and a quarter. */
function memoryWanted(peakBytes: number | undefined, memoryMiB: number): number {
  const peakMiB = (peakBytes ?? 0) / 2 ** 20;
  const wanted =
    peakMiB > 0.8 * memoryMiB || peakMiB === 0 ? 2 * memoryMiB : Math.max(memoryMiB, 1.25 * peakMiB);
  return Math.ceil(wanted / gib);
}

/** One that the workload may use, of the same architecture. */
function onDemandPool({ spec, config }: RemedyWorld, lane: Lane | undefined): string | undefined {
  const architecture = lane && config.pools[lane.pool]?.architecture;
  const pools = config.workloads[spec.name]?.pools ?? spec.pools;
  return pools.find(name => {
    const pool = config.pools[name];
    return pool?.market === 'on-demand' && pool.architecture === architecture && name !== lane?.pool;
  });
}

/** As `--timeout` reads it. */
const duration = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : String(seconds);
