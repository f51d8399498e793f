import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from './load.ts';
import { createBucket, described, type Load, loads, warmUp } from './loads.ts';
import { type Kind, kinds, type Running, start } from './servers.ts';

/** What one load took, in seconds: by the clock, and of the processors. */
export interface Figure {
  readonly load: Load;
  readonly seconds: number;
  readonly serverSeconds: number;
  readonly clientSeconds: number;
}

/** Small and large objects, in and out, of ours and of what a user would take instead, in turn. */
export async function s3(projectRoot: string, rounds: number): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lab-bench-s3-'));
  const taken = kinds(projectRoot, join(projectRoot, '.lab/bench')).map(kind => ({
    kind,
    figures: [] as Figure[][],
    peaksMiB: [] as number[],
  }));
  try {
    for (let round = 0; round < rounds; round++)
      for (const { kind, figures, peaksMiB } of taken) {
        const data = join(root, 'data');
        const server = await start(kind, data);
        try {
          figures.push(await measure(server, loads(), root));
          peaksMiB.push(server.peakMiB());
        } finally {
          await server.stop();
          await rm(data, { recursive: true, force: true });
        }
      }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return table(taken);
}

export async function measure(server: Running, of: readonly Load[], root: string): Promise<Figure[]> {
  await send(server.port, [createBucket(server.port)], 1);
  await send(server.port, warmUp(server.port), 4);
  const figures: Figure[] = [];
  for (const load of of) {
    const requests = load.requests(server.port);
    await touchMemory(root, load.bytes);
    const [cpu, own, began] = [server.cpuSeconds(), process.cpuUsage(), performance.now()];
    await send(server.port, requests, load.connections);
    const seconds = (performance.now() - began) / 1000;
    const spent = process.cpuUsage(own);
    figures.push({
      load,
      seconds,
      serverSeconds: server.cpuSeconds() - cpu,
      clientSeconds: (spent.user + spent.system) / 1e6,
    });
  }
  return figures;
}

/**
 * Writes a file of so many bytes and removes it: a virtual machine gives memory back that is free for a while, and to get it
 * anew may take longer than all that a server does. What was just in use is at hand.
 */
async function touchMemory(root: string, bytes: number): Promise<void> {
  const path = join(root, 'touched');
  const piece = Buffer.alloc(1024 * 1024, 1);
  const file = await open(path, 'w');
  for (let written = 0; written < bytes; written += piece.length) await file.write(piece);
  await file.close();
  await rm(path);
}

/** Objects or MB (10⁶ bytes) a second of the median round; beside it how busy the server and the client were. */
function table(
  taken: readonly {
    readonly kind: Kind;
    readonly figures: readonly (readonly Figure[])[];
    readonly peaksMiB: readonly number[];
  }[],
): string {
  const rows = (taken[0]?.figures[0] ?? []).flatMap(({ load }, index) => [
    `${load.what} (${load.unit}):`,
    ...taken.map(({ kind, figures }) => {
      const sorted = figures.map(each => each[index]!).sort((a, b) => a.seconds - b.seconds);
      const { seconds, serverSeconds, clientSeconds } = sorted[sorted.length >> 1]!;
      const busy = (of: number): string => `${((100 * of) / seconds).toFixed(0)} %`.padStart(6);
      const speed = (load.work / seconds).toFixed(0).padStart(8);
      // What a core could do, were it the server's alone: tells the same when others use the machine.
      const perCore = (load.work / serverSeconds).toFixed(0).padStart(6);
      return `  ${kind.name.padEnd(20)}${speed}   server ${busy(serverSeconds)} (${perCore} a CPU second)  client ${busy(clientSeconds)}`;
    }),
  ]);
  const memory = taken.map(
    ({ kind, peaksMiB }) =>
      `  ${kind.name.padEnd(20)}${Math.max(...peaksMiB)
        .toFixed(0)
        .padStart(8)}`,
  );
  return [described, ...rows, 'peak memory (MiB):', ...memory, ''].join('\n');
}
