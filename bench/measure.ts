import { spawn } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** What one way of doing something took. Times in ms, from spawn to exit. */
export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
}

export interface Way {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What changes from one round to the next: work that was done before is no work. */
  readonly each?: (round: number) => Readonly<Record<string, string>>;
}

/** Runs each way in turn, `times` rounds over, so that a slow minute of the machine is everyone's; one round to warm up. */
export async function compare(ways: readonly Way[], times: number): Promise<Measured[]> {
  const taken = ways.map((): number[] => []);
  for (let round = -1; round < times; round++)
    for (const [i, way] of ways.entries()) {
      const ms = await run(way, round);
      if (round >= 0) taken[i]!.push(ms);
    }
  return ways.map(({ name }, i) => {
    const sorted = taken[i]!.sort((a, b) => a - b);
    return { name, median: sorted[sorted.length >> 1]!, fastest: sorted[0]!, slowest: sorted.at(-1)! };
  });
}

async function run(way: Way, round: number): Promise<number> {
  const { name, command, environment, each } = way;
  const [program = '', ...args] = command;
  const began = performance.now();
  const child = spawn(program, args, {
    env: { ...environment, ...each?.(round) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  // A way that fails is fast: it must not be a figure.
  if (code !== 0) throw new Error(`${name} exited with ${code}: ${said.slice(-2000)}`);
  return performance.now() - began;
}

/** A table with the first way as 1. */
export function tableOf(title: string, measured: readonly Measured[]): string {
  const base = measured[0]!.median;
  const ms = (value: number): string => value.toFixed(0).padStart(8);
  return [
    title,
    `${'ms:'.padEnd(44)}${'median'.padStart(8)}${'fastest'.padStart(8)}${'slowest'.padStart(8)}   ratio`,
    ...measured.map(
      each =>
        `${each.name.padEnd(44)}${ms(each.median)}${ms(each.fastest)}${ms(each.slowest)}${(each.median / base).toFixed(1).padStart(8)}`,
    ),
    '',
  ].join('\n');
}

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`;
