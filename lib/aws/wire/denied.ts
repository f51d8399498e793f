import type { ListOptions, ObjectInfo } from '../../contract/ports/ports.ts';

/**
 * What a 403 to HEAD or GET of one key means. Who may not list a bucket is told AccessDenied of keys that are not there; whether S3 asks a
 * policy that lists below a prefix with the key for its `s3:prefix` is documented nowhere. So the listing itself decides: undefined
 * where the key is not there. Throws `denied` where it is, or where that may not be listed either.
 */
export async function unlessThere(
  denied: unknown,
  key: string,
  list: (prefix: string, options: ListOptions) => AsyncIterable<ObjectInfo>,
): Promise<undefined> {
  const first = await firstOf(list(key, { limit: 1 })).catch(() => {
    throw denied;
  });
  if (first?.key === key) throw denied;
  return undefined;
}

async function firstOf(listing: AsyncIterable<ObjectInfo>): Promise<ObjectInfo | undefined> {
  for await (const object of listing) return object;
  return undefined;
}
