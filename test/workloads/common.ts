import type { OutputRecord } from '../../lib/contract/run/records.ts';
import type { PlacePort, WorkloadSpec } from '../../lib/contract/workload/workload.ts';

/** What the four have in common: nothing of them is large, and their image is never built. */
export const small = {
  parameters: [],
  resources: { vcpus: 1, memoryMiB: 512, timeoutSeconds: 600, attempts: 1 },
  pools: ['x86-ondemand', 'x86-spot'],
  image: { context: 'containers/fakes', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 1,
} satisfies Partial<WorkloadSpec>;

/** Writes below a place; answers what a record says of it. */
export async function put(
  { store, bucket, prefix }: PlacePort,
  name: string,
  text: string,
): Promise<OutputRecord> {
  const key = `${prefix}${name}`;
  await store.put(key, text);
  return { bucket, key, bytes: Buffer.byteLength(text) };
}

/** The text at a name below a place; undefined where there is none. */
export const get = async ({ store, prefix }: PlacePort, name: string): Promise<string | undefined> =>
  (await store.get(`${prefix}${name}`))?.toString('utf8');

/** Names below a place that begin so. */
export async function names({ store, prefix }: PlacePort, start = ''): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(`${prefix}${start}`)) found.push(key.slice(prefix.length));
  return found;
}
