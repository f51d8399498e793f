import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fetch, Sample } from '../../containers/vcf/local-files.ts';
import { type HostClock, Touches } from '../../containers/vcf/settle.ts';
import { type StoreWorld, storeOnce } from '../../containers/vcf/store/store-once.ts';
import { type Call, Tool } from '../../containers/vcf/tool.ts';
import type { MadeSample } from './sample-files.ts';
import { type Host, tiledbvcf } from './stand-in/cli.ts';
import { Dataset } from './stand-in/dataset.ts';
import { type Disk, Killed, memoryDisk } from './stand-in/disk.ts';

export const samplesOf = (made: readonly MadeSample[]): readonly Sample[] =>
  made.map(({ name, records }) => ({
    name,
    uri: `s3://genomes/${name}/variants.vcf.gz`,
    index: `s3://genomes/${name}/variants.vcf.gz.csi`,
    records: records.length,
  }));

/** A laboratory whose dataset holds all of them. */
export async function stored(made: readonly MadeSample[]): Promise<ReturnType<typeof laboratory>> {
  const lab = laboratory(made);
  const host = lab.host();
  await host.tool.create(['fmt_GT', 'fmt_DP'], false);
  await storeOnce(samplesOf(made), host);
  return lab;
}

/** A dataset in memory, a simulated clock, and hosts that work on it with the stand-in in this process. */
export function laboratory(
  made: readonly MadeSample[],
  diskOf: (before: (write: string) => void) => Disk = memoryDisk,
) {
  /** Called ahead of every write of the tool and of ours, and of every call; may throw. */
  let before: (what: string) => void = () => {};
  let time = 1_000_000;
  const disk: Disk = diskOf(key => before(`write ${key}`));
  const checkpoints = new Map<string, string>();
  const root = mkdtempSync(join(tmpdir(), 'vcf-lab-'));
  const calls: string[][] = [];
  /** Downloads, which are of no interest to a disk. */
  const files = new Map<string, Buffer>();
  const clock = (skew: number): HostClock => ({
    now: () => time++ + skew,
    sleep: async ms => {
      time += ms;
    },
  });
  const call =
    (skew: number, diskBytes = Number.POSITIVE_INFINITY): Call =>
    async (args, { cwd }) => {
      calls.push([...args]);
      before(`call ${args[0]}`);
      const out: string[] = [];
      let free = diskBytes;
      const host: Host = {
        disk: () => disk,
        now: clock(skew).now,
        read: async path => {
          const fetched = files.get(path);
          if (fetched) return fetched;
          try {
            return readFileSync(path);
          } catch {
            return undefined;
          }
        },
        drop: async (name, body) => writeFileSync(join(cwd, name), body),
        write: async (path, body) => {
          const fits = body.length <= free;
          free -= fits ? body.length : 0;
          writeFileSync(path, fits ? body : '');
          return true;
        },
        hostMemoryMiB: 16_000,
        out: line => void out.push(line),
        err: line => void out.push(line),
      };
      try {
        const exitCode = await tiledbvcf(args, host);
        return { exitCode, out, tail: out };
      } catch (error) {
        if (!(error instanceof ToolKilled)) throw error;
        return { exitCode: 137, out, tail: out };
      }
    };
  const fetch: Fetch = async ({ name }, path, indexPath) => {
    before(`fetch ${name}`);
    const { file, index } = made.find(each => each.name === name)!;
    files.set(path, file).set(indexPath, index);
    return file.length + index.length;
  };
  return {
    calls,
    call,
    checkpoints,
    /** The tool on a host whose disk takes so many bytes of one call. */
    tool: (diskBytes?: number): Tool => new Tool(call(0, diskBytes), 's3://out/dataset', root),
    disk,
    clock,
    root,
    dataset: new Dataset(disk, () => Number.MAX_SAFE_INTEGER),
    /** What happens ahead of everything from now on. */
    hook(next: (what: string) => void): void {
      before = next;
    },
    /** A host whose clock is `skew` ms ahead, and was `set back` by so many ms between a delete and what follows. */
    host(skew = 0, setBack = 0): StoreWorld {
      return {
        tool: new Tool(
          (args, options) => call(args[0] === 'delete' ? skew + setBack : skew)(args, options),
          's3://out/dataset',
          root,
        ),
        fetch,
        touches: new Touches(
          name => ({
            read: async () => checkpoints.get(name),
            write: async text => {
              before(`checkpoint ${name}`);
              checkpoints.set(name, text);
            },
          }),
          clock(skew),
        ),
        sizes: { threads: 2, memoryMiB: 1000, batch: 3, counts: 2 },
        folder: join(root, 'work'),
        signal: new AbortController().signal,
        log: () => {},
      };
    },
  };
}

/** The kernel killed the tool alone: out of memory. */
export class ToolKilled extends Killed {}

/** Kills the tool alone at its n-th write. */
export function killToolAt(n: number): (what: string) => void {
  let left = n;
  return what => {
    if (what.startsWith('write') && left-- === 0) throw new ToolKilled('killed');
  };
}

/** Kills at the n-th thing that happens; from then on that process does nothing any more. */
export function killAt(n: number): (what: string) => void {
  let left = n;
  return () => {
    if (left-- <= 0) throw new Killed('killed');
  };
}

/** Numbers of a seed: a failure can be looked at again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
