import type { Bytes } from '../list/bytes.ts';
import type { Store } from './ports.ts';

/** So much is compared at once. */
const pieceBytes = 2 * 2 ** 20;

/** Whether an object is these bytes, read piece by piece where they are not all in memory; undefined where there is none. */
export async function hasBytes(
  { get, head }: Pick<Store, 'get' | 'head'>,
  key: string,
  body: Buffer | Bytes | string,
): Promise<boolean | undefined> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return (await get(key))?.equals(Buffer.from(body));
  const found = await head(key);
  if (found?.size !== body.length) return found && false;
  for (let from = 0; from < body.length; from += pieceBytes) {
    const to = Math.min(body.length, from + pieceBytes);
    const there = await get(key, [from, to]);
    if (!there?.equals(body.slice(from, to))) return there && false;
  }
  return true;
}
