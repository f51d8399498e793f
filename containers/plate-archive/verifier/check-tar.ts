import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { combineCrc32 } from '../../../jobs/plate-archive/format/crc32.ts';
import {
  type Checksums,
  isStoreError,
  type ObjectStore,
  type StoredObject,
} from '../../../lib/contract/ports/object-store.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { Findings } from './findings.ts';
import { type IndexedMember, keyOfName, type ListedObject } from './lines.ts';
import { storedBytes } from './stored-bytes.ts';
import { type ReadMember, TarReader } from './tar-reader.ts';
import { mayHaveChecksum, type RunningWitness, type WitnessMaker, witnesses } from './witness.ts';

/** A member as inventory and index have it, in the order of the tar. */
export interface Expected {
  readonly listed: ListedObject;
  readonly indexed: IndexedMember;
}

export interface TarCheck {
  readonly source: ObjectStore;
  readonly archive: ObjectStore;
  /** As HEAD has it: read under this ETag and version alone. */
  readonly object: StoredObject;
  readonly expected: readonly Expected[];
  readonly connections: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface TarReport {
  /** Hex, of all bytes of the tar. */
  readonly sha256: string;
  readonly crc32: number;
  readonly witnesses: Readonly<Record<string, number>>;
  readonly findings: Findings;
}

/** Reads a stored tar from its first byte to its last and compares every member with index, inventory and source. */
export async function checkTar(check: TarCheck): Promise<TarReport> {
  const { object, expected } = check;
  const findings = new Findings();
  const checksums = await sourceChecksums(check, findings);
  const make = await witnesses(checksums.values());
  const members = new MemberChecks(object.key, expected, findings, make, checksums);
  const reader = new TarReader(object.key, findings, members);
  const hash = createHash('sha256');
  for await (const bytes of storedBytes(check.archive, object, check.signal)) {
    hash.update(bytes);
    reader.push(bytes);
    check.onBytes?.(bytes.length);
  }
  reader.finish();
  const sum = members.finish();
  const stored = object.checksums.CRC32;
  findings.check(
    'tar-own-crc32',
    stored !== undefined && Buffer.from(stored, 'base64').readUInt32BE() === sum,
    () => `${object.key}: S3's CRC-32 ${stored ?? '(none)'} is not that of the bytes that it gives`,
  );
  await readAgain(check, members.open, findings);
  return { sha256: hash.digest('hex'), crc32: sum, witnesses: members.counts, findings };
}

/** What S3 knows of the sources, asked of S3 and not of the archiver. */
async function sourceChecksums(
  { source, expected, connections }: TarCheck,
  findings: Findings,
): Promise<ReadonlyMap<string, Checksums>> {
  const known = new Map<string, Checksums>();
  const asked = expected.filter(({ listed }) => mayHaveChecksum(listed));
  await mapLimit(asked, connections, async ({ listed }) => {
    const { key, versionId } = listed;
    const found = await source.look(key, versionId === undefined ? {} : { versionId });
    const isSame = found?.etag === listed.etag && found.size === listed.size;
    if (
      findings.check(
        'source-looked-at',
        isSame,
        () => `s3://${source.bucket}/${key} is another than the inventory has`,
      )
    )
      known.set(key, found!.checksums);
  });
  return known;
}

/** Members that nothing but the source can vouch for: it is read again, under its ETag. */
async function readAgain(
  { source, connections, signal }: TarCheck,
  open: readonly { readonly listed: ListedObject; readonly sha256: string }[],
  findings: Findings,
): Promise<void> {
  await mapLimit(open, connections, async ({ listed, sha256 }) => {
    const hash = createHash('sha256');
    const { key, size, etag, versionId } = listed;
    const object = { key, size, etag, ...(versionId ? { versionId } : {}) };
    try {
      const { encryption } = (await source.look(key, versionId ? { versionId } : {})) ?? {};
      // Without KMS the ETag of an object in one piece is its MD5, and that was another: to read again proves nothing better.
      const isMd5 = /^"?[0-9a-f]{32}"?$/.test(etag) && (encryption === undefined || encryption === 'AES256');
      if (!findings.check('source-etag', !isMd5, () => `${key}: the archive's MD5 is not the source's ETag`))
        return;
      for await (const bytes of storedBytes(source, object, signal)) hash.update(bytes);
    } catch (error) {
      if (!isStoreError(error, 'PreconditionFailed', 'NoSuchKey', 'NoSuchVersion')) throw error;
      findings.check(
        'source-not-again',
        false,
        () => `s3://${source.bucket}/${key} has changed or gone, and could not be compared`,
      );
      return;
    }
    findings.check(
      'source-reread',
      hash.digest('hex') === sha256,
      () => `${key}: the archive's bytes are not the source's`,
    );
  });
}

/** What is compared while a tar is read, member by member. */
class MemberChecks {
  readonly counts: Record<string, number> = {};
  readonly open: { readonly listed: ListedObject; readonly sha256: string }[] = [];
  readonly #tar: string;
  readonly #expected: readonly Expected[];
  readonly #found: Findings;
  readonly #make: WitnessMaker;
  readonly #checksums: ReadonlyMap<string, Checksums>;
  #next = 0;
  #now: { readonly expected: Expected; readonly hash: Hash; readonly witness: RunningWitness } | undefined;
  #crc32 = 0;
  #bytes = 0;
  /** Of all bytes of the tar before those of the member that is read. */
  #whole = 0;

  constructor(
    tar: string,
    expected: readonly Expected[],
    found: Findings,
    make: WitnessMaker,
    checksums: ReadonlyMap<string, Checksums>,
  ) {
    this.#tar = tar;
    this.#expected = expected;
    this.#found = found;
    this.#make = make;
    this.#checksums = checksums;
  }

  begin({ name, size, mtime, offset }: ReadMember): void {
    const expected = this.#expected[this.#next++];
    this.#now = undefined;
    if (
      !this.#found.check(
        'member-unexpected',
        expected !== undefined,
        () => `${this.#tar} has one member too many: ${name}`,
      )
    )
      return;
    const { listed, indexed } = expected!;
    const is = (check: string, isWell: boolean, what: string): boolean =>
      this.#found.check(check, isWell, () => `${this.#tar}, member ${name}: ${what}`);
    is('member-name', keyOfName(name) === listed.key, `the name stands for another key than ${listed.key}`);
    is(
      'member-name-indexed',
      name === (indexed.member ?? `data/${indexed.key}`),
      'the index has another name',
    );
    is('member-size', size === listed.size, `${size} bytes, and the source has ${listed.size}`);
    is(
      'member-offset',
      offset === indexed.offset,
      `it lies at ${offset}, and the index says ${indexed.offset}`,
    );
    is('member-time', mtime === secondsOf(listed.modified), `its time is not ${listed.modified}`);
    this.#now = {
      expected: expected!,
      hash: createHash('sha256'),
      witness: this.#make(listed, this.#checksums.get(listed.key)),
    };
  }

  data(bytes: Buffer): void {
    this.#crc32 = crc32(bytes, this.#crc32);
    this.#bytes += bytes.length;
    this.#now?.hash.update(bytes);
    this.#now?.witness.update(bytes);
  }

  outside(bytes: Buffer): void {
    this.#whole = crc32(bytes, this.#whole);
  }

  end(): void {
    const sum = this.#crc32;
    this.#addToWhole();
    if (!this.#now) return;
    const { expected, hash, witness } = this.#now;
    const { listed, indexed } = expected;
    this.#now = undefined;
    const own = { sha256: hash.digest('hex'), crc32: sum };
    const is = (check: string, isWell: boolean, what: string): boolean =>
      this.#found.check(check, isWell, () => `${this.#tar}: ${listed.key} ${what}`);
    is(
      'member-sha256',
      own.sha256 === indexed.sha256,
      `has the SHA-256 ${own.sha256}, and the index has ${indexed.sha256}`,
    );
    is('member-crc32', own.crc32 === Number.parseInt(indexed.crc32, 16), 'has another CRC-32 than the index');
    const agrees = witness.agrees(own);
    is('source-checksum', agrees !== false, `is not what the source is: its ${witness.kind} differs`);
    const kind = agrees === undefined ? 'reread' : witness.kind;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (agrees === undefined) this.open.push({ listed, sha256: own.sha256 });
  }

  /** The member's bytes are not gone through again: what they add to the tar's CRC-32 follows from their own. */
  #addToWhole(): void {
    this.#whole = combineCrc32(this.#whole, this.#crc32, this.#bytes);
    this.#crc32 = 0;
    this.#bytes = 0;
  }

  /** Answers the CRC-32 of all bytes of the tar. */
  finish(): number {
    // One that breaks off.
    this.#addToWhole();
    const missing = this.#expected.slice(this.#next);
    this.#found.check(
      'members-missing',
      missing.length === 0,
      () => `${this.#tar} lacks ${counted(missing.length, 'member')}, ${missing[0]!.listed.key} first`,
    );
    return this.#whole;
  }
}

/** What a header can hold of a time: whole seconds, from 1970 to 2106. */
const secondsOf = (iso: string): number =>
  Math.min(4_294_967_295, Math.max(0, Math.floor(Date.parse(iso) / 1000)));
