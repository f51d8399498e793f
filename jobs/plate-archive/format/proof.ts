import { createHash } from 'node:crypto';
import { PlateError } from '../plate/plate-error.ts';
import { sha256 } from './inventory.ts';

/** One stored tar, as the verifier read it. */
export interface ProvenTar {
  readonly name: string;
  readonly bytes: number;
  /** Hex, of the whole tar. */
  readonly sha256: string;
  readonly crc32: string;
  readonly etag: string;
  readonly versionId?: string;
}

/** What a verification found, as it is stored. It allows a deletion only as read back by the deleter: see its `openProof`. */
export interface ProofText {
  readonly format: 'plate proof 1';
  readonly project: string;
  readonly batch: string;
  readonly plate: string;
  readonly bucket: string;
  /** Hex SHA-256 of inventory, index and manifest. */
  readonly inventory: string;
  readonly index: string;
  readonly manifest: string;
  /** Hex SHA-256 of the keys with their ETags and versions, in order: what may be deleted, and nothing else. */
  readonly objectsDigest: string;
  readonly objects: number;
  readonly bytes: number;
  readonly tars: readonly ProvenTar[];
  /** How many objects were compared with what: S3's checksum, the ETag, the source read again. */
  readonly witnesses: Readonly<Record<string, number>>;
  readonly storageClass: string;
  readonly verifiedAt: string;
  /** A proof is no proof after this: sources and archives go on living. */
  readonly expiresAt: string;
}

/** The proof with its own digest behind it, so that a cut or changed file is none. */
export const encodeProof = (proof: ProofText): Buffer => {
  const text = JSON.stringify(proof);
  return Buffer.from(`${text}\n${sha256(text)}\n`);
};

/** Throws PlateError where the file is not what was written. */
export function decodeProof(bytes: Buffer): ProofText {
  const [text = '', digest, ...rest] = bytes.toString('utf8').split('\n');
  if (digest !== sha256(text) || rest.length !== 1 || rest[0] !== '')
    throw new PlateError([
      'the proof is damaged, for its digest does not fit: lab archive verify makes another',
    ]);
  const proof = JSON.parse(text) as ProofText;
  if (proof.format !== 'plate proof 1') throw new PlateError([`the proof has the format ${proof.format}`]);
  return proof;
}

/** What a proof speaks of, object by object. */
export const objectsDigest = (
  objects: Iterable<{
    readonly key: string;
    readonly size: number;
    readonly etag: string;
    readonly versionId?: string;
  }>,
): string => {
  const hash = createHash('sha256');
  let text = '';
  let end = '';
  for (const { key, size, etag, versionId } of objects) {
    text += end + JSON.stringify([key, size, etag, versionId ?? null]);
    end = '\n';
    // All lines of a plate at once are tens of megabytes.
    if (text.length < 64 * 1024) continue;
    hash.update(text);
    text = '';
  }
  return hash.update(text).digest('hex');
};
