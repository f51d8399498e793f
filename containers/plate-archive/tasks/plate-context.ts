import { asPlateError, PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { prefixed } from '../../../jobs/plate-archive/prefixed.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import type { TaskContext, TaskResult } from '../../../lib/contract/workload/task.ts';
import type { PlaceAddress } from '../threads.ts';

/** A place of the workload, as a job has it. */
export interface PlatePlace {
  readonly bucket: string;
  readonly prefix: string;
  readonly region?: string;
  readonly store: ObjectStore;
}

/** What the plate's tasks need of a container's context. */
export interface PlateContext
  extends Pick<TaskContext, 'items' | 'parameters' | 'signal' | 'log' | 'limits' | 'environment'> {
  place(name: string): PlatePlace;
  checkpoint(item: string): { read(): Promise<string | undefined>; write(text: string): Promise<void> };
}

/** A place's store with keys below its prefix. The source's keys are what inventories speak of: it has no prefix taken off. */
export const below = ({ store, prefix }: PlatePlace): ObjectStore => prefixed(store, prefix);

/** How a thread is told of a place. */
export function addressOf(
  { bucket, prefix, region }: PlatePlace,
  { AWS_REGION, AWS_DEFAULT_REGION }: Readonly<Record<string, string>>,
): PlaceAddress {
  const known = region ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (known === undefined)
    throw new PlateError([`nobody says the region of s3://${bucket}/: AWS_REGION is not set`]);
  return { bucket, prefix, region: known };
}

/** What stops a plate is its row's reason, and no crash. */
export async function asResult(work: () => Promise<TaskResult>): Promise<TaskResult> {
  try {
    return await work();
  } catch (error) {
    const known = asPlateError(error);
    if (!known) throw error;
    return {
      exitCode: known.isPassing ? exitCodes.interrupted : exitCodes.toolFailed,
      reason: known.message,
    };
  }
}

/** How much of a plate has gone by; says so at most every ten seconds. */
export interface Progress {
  took(bytes: number): void;
  readonly done: number;
}

export function progress(log: (line: string) => void, what: string, total: number): Progress {
  let done = 0;
  let last = Date.now();
  return {
    took(bytes) {
      done += bytes;
      if (Date.now() - last < 10_000) return;
      last = Date.now();
      log(`${what}: ${(done / 1e9).toFixed(1)} of ${(total / 1e9).toFixed(1)} GB`);
    },
    get done() {
      return done;
    },
  };
}
