import { gather, LabError } from '../../contract/workload/errors.ts';
import type { Resources } from '../../contract/workload/workload.ts';
import type { MemoryChange } from '../../runs/retry-request.ts';
import type { Args } from '../command.ts';
import { memoryMiB, seconds, wholeNumber } from './parse-args.ts';

/** What is asked for by size options: of the main steps, and of single ones (`--memory store=60GiB`). */
export interface Sizes extends Partial<Resources> {
  readonly sizes?: Readonly<Record<string, Partial<Resources>>>;
}

const readers = {
  vcpus: (args: Args) => wholeNumber(args, 'vcpus'),
  memory: (args: Args, current: number | undefined) => memoryMiB(args, 'memory', current),
  timeout: (args: Args) => seconds(args, 'timeout'),
  attempts: (args: Args) => wholeNumber(args, 'attempts'),
} as const;
const fields = {
  vcpus: 'vcpus',
  memory: 'memoryMiB',
  timeout: 'timeoutSeconds',
  attempts: 'attempts',
} as const;

/** The size options of a submission; `x2` of what `memoryOf` says that a step has. Throws LabError with every problem. */
export async function readSizes(args: Args, memoryOf: (step?: string) => number | undefined): Promise<Sizes> {
  const told = gather();
  const all: Record<string, number> = {};
  const sizes: Record<string, Record<string, number>> = {};
  for (const name of Object.keys(readers) as (keyof typeof readers)[])
    for (const { step, text } of perStep(args, name)) {
      const value = await told.ask(() => readers[name](saying(args, text), memoryOf(step)));
      if (value === undefined) continue;
      if (step === undefined) all[fields[name]] = value;
      else sizes[step] = { ...sizes[step], [fields[name]]: value };
    }
  told.refuse();
  return { ...all, ...(Object.keys(sizes).length > 0 ? { sizes } : {}) };
}

/** Memory of a retry: `x2`, `store=x2`, `60GiB`, `store=60GiB`. Throws LabError. */
export function memoryChanges(args: Args, name: string): readonly MemoryChange[] | undefined {
  const changes = perStep(args, name).map(({ step, text }): MemoryChange => {
    const times = /^x(\d+(?:\.\d+)?)$/.exec(text);
    const own = step === undefined ? {} : { step };
    if (times && Number(times[1]) > 0) return { ...own, times: Number(times[1]) };
    if (times)
      throw new LabError({
        where: `--${name}`,
        message: `${JSON.stringify(text)} would leave no memory`,
        fix: 'write x2 for twice of what each step had',
      });
    const mib = memoryMiB(saying(args, text), name);
    if (mib === undefined) throw new LabError({ where: `--${name}`, message: 'needs a size: x2, 60GiB' });
    return { ...own, mib };
  });
  return changes.length > 0 ? changes : undefined;
}

/** `60GiB` or `store=60GiB`, comma-separated or given several times. */
function perStep(args: Args, name: string): readonly { readonly step?: string; readonly text: string }[] {
  return args.list(name).map(text => {
    const [, step, value] = /^([a-z][a-z0-9-]*)=(.*)$/.exec(text) ?? [];
    return step === undefined ? { text } : { step, text: value! };
  });
}

/** The arguments, with this for the value of an option. */
const saying = (args: Args, text: string): Args => ({ ...args, text: () => text });
