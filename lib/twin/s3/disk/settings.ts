import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LifecycleRule } from './lifecycle-rule.ts';
import type { TieringConfiguration } from './tiering.ts';

/** What is configured of a bucket. */
export interface BucketSettings {
  /** Its region, where it is not the twin's. */
  readonly location?: string;
  /** Left out while it was never on. */
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly tags?: Readonly<Record<string, string>>;
  readonly lifecycle?: readonly LifecycleRule[];
  /** Transitions leave small objects alone, as the configuration's header says. */
  readonly smallestTransition?: 'all_storage_classes_128K' | 'varies_by_storage_class';
  readonly intelligentTiering?: readonly TieringConfiguration[];
  readonly objectLock?: ObjectLock;
  /** Left out where it is S3's own: AES256. */
  readonly encryption?: Encryption;
}

/** How objects are encrypted whose write does not say. */
export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms';
  readonly keyId?: string;
  readonly bucketKey?: boolean;
}

export interface ObjectLock {
  /** What new versions get. */
  readonly mode?: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days?: number;
  /** How `days` were said, where they were years. */
  readonly years?: number;
}

/** The settings of one bucket, in a file of their own. */
export class SettingsFile {
  private readonly path: string;
  private current: BucketSettings;

  private constructor(path: string, current: BucketSettings) {
    this.path = path;
    this.current = current;
  }

  static async open(path: string, otherwise: BucketSettings): Promise<SettingsFile> {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    return new SettingsFile(path, text === undefined ? otherwise : (JSON.parse(text) as BucketSettings));
  }

  get(): BucketSettings {
    return this.current;
  }

  async change(
    change: { readonly [K in keyof BucketSettings]?: BucketSettings[K] | undefined },
  ): Promise<void> {
    const changed = { ...this.current, ...change } as BucketSettings;
    const temporary = `${this.path}.${randomBytes(4).toString('hex')}.tmp`;
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(temporary, JSON.stringify(changed));
    await rename(temporary, this.path);
    this.current = changed;
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
