import { createHash } from 'node:crypto';
import type { Checksums } from '../../lib/contract/ports/object-store.ts';
import { type Faults, Refused } from './fake-faults.ts';

export interface FakeVersion {
  readonly key: string;
  readonly versionId: string;
  body: Buffer;
  etag: string;
  readonly modified: Date;
  readonly isDeleteMarker: boolean;
  checksums: Checksums;
  storageClass: string;
  tags: Readonly<Record<string, string>>;
  restore?: { ongoing: boolean };
}

/** As S3 has it of an object that is put whole. */
export const md5 = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

/** What buckets hold, version for version, the newest first. */
export class FakeBuckets {
  readonly buckets = new Map<string, Map<string, FakeVersion[]>>();
  readonly versioned = new Set<string>();
  readonly requests: string[] = [];
  faults: Faults = {};
  #counter = 0;
  #time = Date.parse('2026-01-02T03:04:05.678Z');

  /** The next number of what S3 gives an id: versions and uploads. */
  count(): number {
    return ++this.#counter;
  }

  /** Current objects, in the order of their keys' bytes. */
  current(bucket: string, prefix = ''): FakeVersion[] {
    const found: FakeVersion[] = [];
    for (const [key, versions] of this.buckets.get(bucket) ?? [])
      if (key.startsWith(prefix) && versions[0] && !versions[0].isDeleteMarker) found.push(versions[0]);
    return found.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  object(bucket: string, key: string): FakeVersion | undefined {
    const first = this.buckets.get(bucket)?.get(key)?.[0];
    return first?.isDeleteMarker ? undefined : first;
  }

  write(bucket: string, key: string, body: Buffer | string, more: Partial<FakeVersion> = {}): FakeVersion {
    const bytes = Buffer.from(body);
    this.#time += 1000;
    const version: FakeVersion = {
      key,
      versionId: this.versioned.has(bucket) ? `v${this.count()}` : 'null',
      body: bytes,
      etag: md5(bytes),
      modified: new Date(this.#time),
      isDeleteMarker: false,
      checksums: {},
      storageClass: 'STANDARD',
      tags: {},
      ...more,
    };
    this.#push(bucket, version);
    return version;
  }

  remove(bucket: string, key: string): void {
    if (this.versioned.has(bucket)) this.write(bucket, key, '', { isDeleteMarker: true });
    else this.buckets.get(bucket)?.delete(key);
  }

  #push(bucket: string, version: FakeVersion): void {
    const keys = this.buckets.get(bucket) ?? new Map<string, FakeVersion[]>();
    this.buckets.set(bucket, keys);
    const others = this.versioned.has(bucket) ? (keys.get(version.key) ?? []) : [];
    keys.set(version.key, [version, ...others]);
  }

  /** A version, or the current one; its absence is S3’s error. */
  find(bucket: string, key: string, versionId?: string): FakeVersion {
    const versions = this.buckets.get(bucket)?.get(key) ?? [];
    const found = versionId === undefined ? versions[0] : versions.find(each => each.versionId === versionId);
    if (!found) throw new Refused(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion', 404);
    if (found.isDeleteMarker) throw new Refused('NoSuchKey', 404);
    return found;
  }
}
