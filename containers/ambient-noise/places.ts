import type { ObjectInfo, Store } from '../../lib/contract/ports/ports.ts';

/** The archive of waveforms: it is read alone. Keys begin with `prefix`. */
export interface WaveformArchive extends Pick<Store, 'bucket' | 'list' | 'download'> {
  readonly prefix: string;
}

/** Where days and stacks are kept; keys begin with `prefix`. */
export interface Results extends Pick<Store, 'bucket' | 'list' | 'get' | 'put' | 'download' | 'upload'> {
  readonly prefix: string;
}

export async function listed(entries: AsyncIterable<ObjectInfo>): Promise<readonly ObjectInfo[]> {
  const all: ObjectInfo[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

/** Requests under way at once: S3 answers in tens of milliseconds, and a day of a network is some thousand files. */
export const atOnce = 16;
