import type { PlateName } from '../../jobs/plate-archive/format/archive-keys.ts';
import type { TarPlan } from '../../jobs/plate-archive/format/layout.ts';
import type { StoredObject } from '../../lib/contract/ports/object-store.ts';
import type { BuiltTar } from './archiver/build-tar.ts';
import { makeTar } from './archiver/make-tar.ts';
import { packSums, unpackSums } from './archiver/packed-sums.ts';
import { dropSpareParts } from './archiver/part-buffers.ts';
import { type PlaceAddress, serveThreads, storeAt, Threads } from './threads.ts';
import { checkTar, type Expected, type TarReport } from './verifier/check-tar.ts';
import { Findings } from './verifier/findings.ts';

/** What a thread needs to make a tar. */
export interface MakeInput {
  readonly source: PlaceAddress;
  readonly archive: PlaceAddress;
  readonly plate: PlateName;
  readonly digest: string;
  readonly plan: TarPlan;
  readonly partBytes: number;
  readonly connections: number;
  readonly storageClass?: string;
}

/** A tar as a thread gives it. */
type PackedTar = Omit<BuiltTar, 'sums'> & { readonly sums: Uint8Array };

/** What a thread needs to check one. */
export interface CheckInput {
  readonly source: PlaceAddress;
  readonly archive: PlaceAddress;
  readonly object: StoredObject;
  readonly expected: readonly Expected[];
  readonly connections: number;
}

const work = {
  make: async (
    { source, archive, ...input }: MakeInput,
    onBytes: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<PackedTar> => {
    const { connections, plan } = input;
    const stores = { source: storeAt(source, connections), archive: storeAt(archive, connections) };
    const { bytes, crc32, sums } = await makeTar({ ...input, ...stores, onBytes, signal }, plan);
    return { bytes, crc32, sums: packSums(sums) };
  },
  check: async (
    { source, archive, ...input }: CheckInput,
    onBytes: (bytes: number) => void,
    signal?: AbortSignal,
  ) => {
    const stores = {
      source: storeAt(source, input.connections),
      archive: storeAt(archive, input.connections),
    };
    const { findings, ...report } = await checkTar({ ...input, ...stores, onBytes, signal });
    return { ...report, list: findings.list, count: findings.count };
  },
};
serveThreads(work);

export interface TarThreads {
  /** A plate of at least so many bytes comes, in tars of that size at most: starts threads for them, unless one tar is all. */
  expect(plate: { readonly bytes: number; readonly tarBytes: number }): void;
  make(input: MakeInput, onBytes: (bytes: number) => void): Promise<BuiltTar>;
  check(input: CheckInput, onBytes: (bytes: number) => void): Promise<TarReport>;
  stop(): Promise<void>;
}

/** Threads that make and check tars, this one among them; with one vCPU it is the only one. */
export function tarThreads(count: number): TarThreads {
  const threads = new Threads(new URL(import.meta.url), work, count);
  return {
    expect: ({ bytes, tarBytes }) => threads.ready(Math.ceil(bytes / tarBytes)),
    async make({ plan, ...input }, onBytes) {
      // Of all tars at once the members would be half of the memory that a plate takes.
      const ready = (): MakeInput => ({ ...input, plan: { ...plan, members: [...plan.members] } });
      const { sums, ...built } = await threads.run<PackedTar>('make', ready, onBytes);
      return { ...built, sums: unpackSums(sums) };
    },
    async check(input, onBytes) {
      const checked = await threads.run<Awaited<ReturnType<typeof work.check>>>(
        'check',
        () => input,
        onBytes,
      );
      const { list, count: total, ...report } = checked;
      const findings = new Findings();
      findings.add({ list, count: total });
      return { ...report, findings };
    },
    async stop() {
      await threads.stop();
      dropSpareParts();
    },
  };
}
