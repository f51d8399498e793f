import type { TarPlan } from '../../../jobs/plate-archive/format/layout.ts';
import type { Generation } from '../../../jobs/plate-archive/generations.ts';
import type { FolderRule, Plate } from '../../../jobs/plate-archive/plate/plate-folders.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import type { BuiltTar } from './build-tar.ts';

export interface PlateJob {
  readonly source: ObjectStore;
  readonly archive: ObjectStore;
  /** Verdicts of the verifier: what it condemned is archived anew. */
  readonly proofs: ObjectStore;
  readonly plate: Plate;
  readonly rules: readonly FolderRule[];
  readonly tarBytes: number;
  readonly storageClass: string;
  /** Archive anew although an archive of the plate is whole; the checkpoint keeps a retry from doing so twice. */
  readonly again?: boolean;
  readonly checkpoint?: { read(): Promise<string | undefined>; write(text: string): Promise<void> };
  readonly now: () => Date;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** While the source is listed: bytes of what was listed, up to now. */
  readonly onListed?: (bytes: number) => void;
  /** Makes the tars, in any order and at any number at once. */
  readonly makeTars: (generation: Generation, plans: readonly TarPlan[]) => Promise<readonly BuiltTar[]>;
}
