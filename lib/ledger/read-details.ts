import { setImmediate } from 'node:timers/promises';
import type { Store } from '../contract/ports/ports.ts';
import { shardName } from '../contract/run/keys.ts';
import { listMarks } from '../contract/run/list-marks.ts';
import { mapLimit } from '../contract/run/map-limit.ts';
import type { Entry } from './entries.ts';
import type { SeeRecord } from './look/records.ts';
import type { RoundStep } from './look/round-step.ts';
import type { StepView } from './step-view.ts';

/** Rows whose records are read together. */
const rowsTogether = 2048;
/** Of how many items those records may tell: of a few rows each may be of another shard, and its record tells of all of its items. */
const linesTogether = 4 * rowsTogether;

/** Entries of a step one after the other, as `Rows.stream` gives the rows of the run. */
export async function* streamStep(
  store: Store,
  parts: readonly RoundStep[],
  step: StepView,
  { details, positions }: { readonly details: boolean; readonly positions?: readonly number[] },
): AsyncGenerator<Entry> {
  const rows = {
    length: positions?.length ?? step.length,
    at: (index: number) => positions?.[index] ?? index,
    positionsOf: (_: StepView, position: number) => [position],
  };
  const input = { store, parts, steps: [step], details };
  for await (const position of withDetails(input, rows)) yield step.at(position);
}

/** Rows that somebody goes through. */
export interface ChosenRows {
  readonly length: number;
  /** A number of its own for each. */
  at(index: number): number;
  /** Positions of a step that the row tells of. */
  positionsOf(step: StepView, row: number): readonly number[];
  /** Positions that every row tells of. */
  readonly common?: (step: StepView) => readonly number[];
}

/** The rows' numbers, each once the records of what it tells of are read; of few rows at a time they are held. */
export async function* withDetails(input: DetailsInput, rows: ChosenRows): AsyncGenerator<number> {
  try {
    for (let at = 0; at < rows.length; ) {
      const wanted = wantedShards(input);
      const some: number[] = [];
      for (const step of input.steps)
        for (const position of rows.common?.(step) ?? []) wanted.add(step, position);
      do {
        const row = rows.at(at++);
        some.push(row);
        for (const step of input.steps)
          for (const position of rows.positionsOf(step, row)) wanted.add(step, position);
      } while (at < rows.length && some.length < rowsTogether && wanted.lines < linesTogether);
      await readDetails(input, wanted.shards);
      yield* inTurns(some);
    }
  } finally {
    for (const part of input.parts) part.details.keepOnly(new Set());
  }
}

/** Rows that are made in one go. */
const rowsInTurn = 128;

/**
 * The same, and the event loop's turn now and then: V8 ends a collection there, and until it has, it gives young objects whatever they
 * ask for, 16 MB for 2048 rows.
 */
async function* inTurns(list: readonly number[]): AsyncGenerator<number> {
  for (const [index, each] of list.entries()) {
    if (index % rowsInTurn === rowsInTurn - 1) await setImmediate();
    yield each;
  }
}

export interface DetailsInput {
  readonly store: Store;
  readonly parts: readonly RoundStep[];
  readonly steps: readonly StepView[];
  /** Whether those of what is done whole are read, too. */
  readonly details: boolean;
  readonly see?: SeeRecord | undefined;
}

/** The shards of some positions whose records a look has not read, and how many items those have. */
function wantedShards({ parts, details }: DetailsInput) {
  const shards = new Map(parts.map(part => [part, new Set<number>()]));
  let lines = 0;
  const isWanted = ({ records, tries, names }: RoundStep, shard: number): boolean =>
    !records.has(shard) && (names.has(shard) || (details && tries[shard]! > 0));
  return {
    shards,
    get lines() {
      return lines;
    },
    add(step: StepView, position: number): void {
      for (const part of step.parts) {
        const line = part.lines.lineOf(position);
        const shard = line < 0 ? -1 : part.shardOf(line);
        const own = shards.get(part)!;
        if (shard < 0 || own.has(shard) || !isWanted(part, shard)) continue;
        own.add(shard);
        lines += part.lines.first[shard + 1]! - part.lines.first[shard]!;
      }
    },
  };
}

/** Reads the records of some shards, and forgets those of others. */
async function readDetails(
  { store, see }: DetailsInput,
  wanted: ReadonlyMap<RoundStep, ReadonlySet<number>>,
): Promise<void> {
  for (const [part, shards] of wanted) {
    part.details.keepOnly(shards);
    const unread = [...shards].filter(shard => !part.details.has(shard)).sort((a, b) => a - b);
    const found = new Map<number, readonly string[]>();
    for (const shard of unread) if (part.names.has(shard)) found.set(shard, part.names.get(shard)!);
    const unlisted = unread.filter(shard => !found.has(shard));
    await listMarks(store, part.resultsPrefix, unlisted, (shard, rest) => {
      found.set(shard, [...(found.get(shard) ?? []), rest]);
    });
    await mapLimit([...found], 32, ([shard, rests]) =>
      part.details.read(store, `${part.resultsPrefix}${shardName(shard)}`, shard, rests, see),
    );
  }
}
