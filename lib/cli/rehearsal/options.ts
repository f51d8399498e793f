import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gather, LabError } from '../../contract/workload/errors.ts';
import type { MemoryChange } from '../../runs/retry-request.ts';
import type { Faults } from '../../twin/faults/config.ts';
import { parseFaults } from '../../twin/faults/read-faults.ts';
import type { Args, OptionSpec } from '../command.ts';
import { memoryMiB, seconds, wholeNumber } from '../input/parse-args.ts';
import { memoryChanges } from '../input/sizes.ts';
import { presets, rehearsalPace } from './presets.ts';

/** From the first to the second, each as likely as any other between. */
export type Span = readonly [number, number];

/** What a rehearsal is to be, besides the submission that is rehearsed. */
export interface RehearsalOptions {
  /** Of the tool, in seconds, for each item. */
  readonly duration: Span;
  readonly peakMemoryMiB: Span;
  /** From 0 to 1: how many items' tools fail in a round. */
  readonly failureRate: number;
  readonly seed: number;
  /** Simulated seconds in a real one; as fast as this machine can when left out. */
  readonly speed?: number;
  readonly faults: Faults;
  readonly realTool: boolean;
  /** Whether the rehearsal goes on with a retry of what is not done, and with which memory. */
  readonly retry: boolean;
  readonly retryMemory: readonly MemoryChange[];
  /** USD an hour, by instance type. */
  readonly prices: ReadonlyMap<string, number>;
}

export const rehearsalOptions: Readonly<Record<string, OptionSpec>> = {
  'stand-in': { type: 'boolean', describe: 'a stand-in for the tool, in simulated time (default)' },
  'real-tool': { type: 'boolean', describe: 'the tool itself, on this machine and in real time' },
  duration: {
    type: 'string',
    value: 'TIME',
    describe: 'of the stand-in, an item: 30m (default), or 10m..2h',
  },
  'memory-peak': { type: 'string', value: 'SIZE', describe: 'of the stand-in: 12GiB, or 8GiB..70GiB' },
  'failure-rate': {
    type: 'string',
    value: 'SHARE',
    describe: 'of items whose stand-in fails, 0 to 1 (default 0)',
  },
  faults: {
    type: 'string',
    value: 'FILE',
    describe: `what else goes wrong: ${Object.keys(presets).join(', ')}, or a file (docs/twin-faults.md)`,
  },
  seed: { type: 'string', value: 'N', describe: 'of everything that is drawn (default 1)' },
  speed: {
    type: 'string',
    value: 'N',
    describe: 'at most N simulated seconds in a real one (default no limit)',
  },
  retry: { type: 'boolean', describe: 'rehearse a retry of what is not done too' },
  'retry-memory': { type: 'string', value: 'SIZE', describe: 'of that retry: x2, 120GiB' },
  'price-per-hour': {
    type: 'string',
    value: 'TYPE=USD',
    multiple: true,
    describe: 'of instance types, for a sum: r7g.2xlarge=0.43',
  },
  keep: { type: 'boolean', describe: 'leave the state of the rehearsal in its folder' },
};

/** Reads the options. Throws LabError with every problem in them. */
export async function readRehearsal(args: Args, cwd: string): Promise<RehearsalOptions> {
  const told = gather();
  const duration = await told.ask(() => spanOf(args, 'duration', each => seconds(each, 'duration')));
  const memory = await told.ask(() => spanOf(args, 'memory-peak', each => memoryMiB(each, 'memory-peak')));
  const failureRate = await told.ask(() => numberOf(args, 'failure-rate', 0, 1));
  const seed = await told.ask(() => wholeNumber(args, 'seed') ?? 1);
  const speed = await told.ask(() => numberOf(args, 'speed', 0.001, Number.MAX_VALUE));
  const faults = await told.ask(() => faultsOf(args.text('faults'), cwd));
  const realTool = args.flag('real-tool');
  const prices = await told.ask(() => pricesOf(args.list('price-per-hour')));
  const retryMemory = await told.ask(() => memoryChanges(args, 'retry-memory') ?? []);
  await told.ask(() => refuseBoth(args));
  told.refuse();
  return {
    duration: duration ?? [1800, 1800],
    peakMemoryMiB: memory ?? [0, 0],
    failureRate: failureRate ?? 0,
    seed: seed!,
    ...(speed === undefined ? {} : { speed }),
    faults: {
      ...faults!,
      seed: args.text('seed') === undefined ? faults!.seed : seed!,
      // Nobody waits in real time for what is only simulated.
      pace: realTool ? faults!.pace : { ...rehearsalPace, ...faults!.pace },
    },
    realTool,
    retry: args.flag('retry') || retryMemory!.length > 0,
    retryMemory: retryMemory!,
    prices: prices!,
  };
}

/** `a` or `a..b`, each read as that option's value. */
function spanOf(args: Args, name: string, read: (args: Args) => number | undefined): Span | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const [from = '', to = from, ...more] = text.split('..');
  const [low, high] = [from, to].map(each => read({ ...args, text: () => each }));
  if (more.length === 0 && low! <= high!) return [low!, high!];
  throw new LabError({
    where: `--${name}`,
    message: `${JSON.stringify(text)} is no span`,
    fix: 'write the smaller value, two dots, and the larger one',
  });
}

function numberOf(args: Args, name: string, least: number, most: number): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  const range = most === Number.MAX_VALUE ? 'above 0' : `from ${least} to ${most}`;
  throw new LabError({ where: `--${name}`, message: `${JSON.stringify(text)} is not a number ${range}` });
}

async function faultsOf(given: string | undefined, cwd: string): Promise<Faults> {
  const preset = presets[given ?? 'none'];
  if (preset) return parseFaults(preset);
  const text = await readFile(resolve(cwd, given!), 'utf8').catch(() => {
    throw new LabError({
      where: '--faults',
      message: `there is no file ${given}`,
      fix: `name one, or one of ${Object.keys(presets).join(', ')}`,
    });
  });
  try {
    return parseFaults(JSON.parse(text), given);
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError({ where: `--faults ${given}`, message: `is not JSON: ${(error as Error).message}` });
  }
}

function pricesOf(list: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    list.map(each => {
      const [, type, price] = /^([a-z0-9-]+\.[a-z0-9-]+)=(\d+(?:\.\d+)?)$/.exec(each) ?? [];
      if (type !== undefined) return [type, Number(price)] as const;
      throw new LabError({
        where: '--price-per-hour',
        message: `${JSON.stringify(each)} is no price of an instance type`,
        fix: 'write r7g.2xlarge=0.43',
      });
    }),
  );
}

/** What a stand-in is told means nothing to the tool itself. */
function refuseBoth(args: Args): void {
  if (!args.flag('real-tool')) return;
  const other = ['duration', 'memory-peak', 'failure-rate', 'speed'].find(
    each => args.text(each) !== undefined,
  );
  const wrong = other ?? (args.flag('stand-in') ? 'stand-in' : undefined);
  if (wrong !== undefined)
    throw new LabError({
      where: '--real-tool',
      message: `does not go with --${wrong}`,
      fix: 'leave one of them out',
    });
}
