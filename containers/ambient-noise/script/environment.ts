import type { Unit } from '../../../jobs/ambient-noise/units.ts';
import { unitDays } from '../../../jobs/ambient-noise/units.ts';

export interface ScriptPlaces {
  readonly unit: Unit;
  readonly stations: readonly string[];
  /** `s3://…/`. */
  readonly input: string;
  readonly output: string;
  readonly outputFolder: string;
  readonly checkpointFolder: string;
  readonly scratch: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** 0 where it is not known. */
  readonly scratchBytes: number;
}

/**
 * What a script is told of its unit, whatever language it is in. A contract with the scripts of labs: the table is in
 * docs/ambient-noise.md.
 */
export function scriptEnvironment(places: ScriptPlaces): Readonly<Record<string, string>> {
  const { unit, vcpus } = places;
  const threads = String(Math.max(1, Math.floor(vcpus)));
  return {
    UNIT: unit.name,
    UNIT_FIRST_DAY: unit.first,
    UNIT_LAST_DAY: unit.last,
    UNIT_DAYS: String(unitDays(unit).length),
    STATIONS: places.stations.join(','),
    INPUT_URI: places.input,
    OUTPUT_URI: places.output,
    OUTPUT_DIR: places.outputFolder,
    CHECKPOINT_DIR: places.checkpointFolder,
    SCRATCH: places.scratch,
    SCRATCH_BYTES: String(places.scratchBytes),
    CORES: threads,
    MEMORY_MIB: String(places.memoryMiB),
    // Julia and OpenMP count the host's cores, and not those that the container may use.
    JULIA_NUM_THREADS: threads,
    OMP_NUM_THREADS: threads,
  };
}

/** Unit, first and last day come after the script's own arguments. */
export const scriptCommand = (script: string, more: readonly string[], unit: Unit): readonly string[] => [
  ...interpreter(script),
  script,
  ...more,
  unit.name,
  unit.first,
  unit.last,
];

/** By the name's ending; what has none that we know is executable itself. */
function interpreter(script: string): readonly string[] {
  if (script.endsWith('.jl')) return ['julia'];
  if (script.endsWith('.py')) return ['python3'];
  return script.endsWith('.sh') ? ['bash'] : [];
}
