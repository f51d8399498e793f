import type { ObjectVersion } from '../../../contract/ports/object-store.ts';
import type { ListOptions } from '../../../contract/ports/ports.ts';
import { sendAndRead } from '../http.ts';
import { rawGet } from '../raw-get.ts';
import type { ReadWire } from '../read-into.ts';
import { type Marker, markerOf, type VersionPage, versionPage, versionsOf } from './version-page.ts';

type ListWire = Pick<ReadWire, 'call' | 'request' | 'idleMs'>;

/**
 * ListObjectVersions, page after page; keys travel URL-encoded, since XML cannot hold all of them. The next page is asked for
 * before this one is read.
 */
export async function* versionPages(wire: ListWire, prefix: string): AsyncIterable<readonly ObjectVersion[]> {
  let coming: Promise<VersionPage> | undefined = askPage(wire, prefix, {});
  while (coming) {
    const page: VersionPage = await coming;
    const marker = markerOf(page);
    coming = marker && askPage(wire, prefix, marker);
    // Whoever stops here does not want to hear of it.
    coming?.catch(() => undefined);
    yield versionsOf(page);
  }
}

/** The same one by one. With a limit no page is asked for that may not be wanted. */
export async function* listVersions(
  wire: ListWire,
  prefix: string,
  { startAfter, limit = Number.POSITIVE_INFINITY }: ListOptions = {},
): AsyncIterable<ObjectVersion> {
  let marker: Marker | undefined = startAfter ? { 'key-marker': startAfter } : {};
  for (let left = limit; left > 0 && marker; ) {
    const page: VersionPage = await askPage(wire, prefix, marker);
    for (const version of versionsOf(page)) {
      if (left-- <= 0) return;
      yield version;
    }
    marker = markerOf(page);
  }
}

/** A hundred megabytes of listing cost Node's own HTTP as much as reading them. What is no page is asked for again, the usual way. */
async function askPage(
  { call, request, idleMs }: ListWire,
  prefix: string,
  marker: Marker,
): Promise<VersionPage> {
  const query = { versions: '', prefix, 'encoding-type': 'url', ...marker };
  let page: VersionPage | undefined;
  const onPage = (body: Buffer): void => {
    page = versionPage(body);
  };
  await rawGet({ request: request('GET', '', { query }), idleMs, onPage }).catch(() => undefined);
  return page ?? versionPage((await sendAndRead(() => call('GET', '', { query }))).body);
}
