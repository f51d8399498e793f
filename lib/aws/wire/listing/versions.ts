import { performance } from 'node:perf_hooks';
import type { ObjectVersion } from '../../../contract/ports/object-store.ts';
import type { ListOptions } from '../../../contract/ports/ports.ts';
import { sendAndRead } from '../http.ts';
import { rawGet } from '../raw-get.ts';
import type { ReadWire } from '../read-into.ts';
import { type ArrivedPage, type AskPage, inRanges, isInOrder } from './ranges.ts';
import { isPlain, type Marker, markerOf, type VersionPage, versionPage, versionsOf } from './version-page.ts';

type ListWire = Pick<ReadWire, 'call' | 'request' | 'idleMs'>;

/**
 * ListObjectVersions; keys travel URL-encoded, since XML cannot hold all of them. Each page is in the order of keys. What has more than a
 * page is listed in ranges at once, whose pages come as they come; by a server that does not list in order, page after page.
 */
export async function* versionPages(wire: ListWire, prefix: string): AsyncIterable<readonly ObjectVersion[]> {
  const ask: AskPage = async marker => arrived(await askPage(wire, prefix, marker));
  yield* allPages(ask, prefix);
}

const arrived = (page: VersionPage): ArrivedPage => ({
  marker: markerOf(page),
  isPlain: isPlain(page),
  versions: () => versionsOf(page),
});

/** Share of its time in which a thread works, from which on it is not S3 that is waited for. */
const busy = 0.6;

function busyThread(): () => boolean {
  const began = performance.eventLoopUtilization();
  return () => performance.eventLoopUtilization(began).utilization > busy;
}

/** All pages that there are to ask for. */
export async function* allPages(
  ask: AskPage,
  prefix: string,
  isBusy = busyThread(),
): AsyncIterable<readonly ObjectVersion[]> {
  const first = await ask({});
  const versions = first.versions();
  const known = { ...first, versions: () => versions };
  if (first.marker && isInOrder(versions)) {
    yield* inRanges(ask, prefix, known, isBusy);
    return;
  }
  for (let coming: Promise<ArrivedPage> | undefined = Promise.resolve(known); coming; ) {
    const page: ArrivedPage = await coming;
    coming = page.marker && ask(page.marker);
    coming?.catch(() => undefined);
    yield page.versions();
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
