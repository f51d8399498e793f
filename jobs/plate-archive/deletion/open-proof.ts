import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { failureKey, type PlateName, proofKey } from '../format/archive-keys.ts';
import { decodeProof, type ProofText } from '../format/proof.ts';
import { storedJson } from '../format/stored-json.ts';
import { PlateError } from '../plate/plate-error.ts';

declare const brand: unique symbol;

/** A proof as it lies where only the verifier's role may write, of this plate and archive, whole and not expired. */
export interface DeletionProof {
  readonly [brand]: true;
  readonly text: ProofText;
  /** `null` in a bucket without versions. */
  readonly versionId: string;
}

/** The only way to a DeletionProof. Reads the newest proof by its version. Throws PlateError with all that is wrong. */
export async function openProof(
  proofs: ObjectStore,
  plate: PlateName,
  digest: string,
  now: Date,
): Promise<DeletionProof> {
  const key = proofKey(plate, digest);
  const version = await newestVersion(proofs, key);
  if (!version)
    throw new PlateError([`there is no proof of the archive of ${plate.plate}: lab archive verify first`]);
  const body = Buffer.alloc(version.size);
  await proofs.readInto(key, body, {
    ifMatch: version.etag,
    ...(version.versionId === 'null' ? {} : { versionId: version.versionId }),
  });
  const text = decodeProof(body);
  const problems = [
    ...(text.project === plate.project && text.batch === plate.batch && text.plate === plate.plate
      ? []
      : [`the proof is of ${text.project}/${text.batch}/${text.plate}`]),
    ...(text.inventory === digest ? [] : [`the proof is of the archive ${text.inventory}`]),
    ...(Date.parse(text.expiresAt) > now.getTime()
      ? []
      : [`the proof expired at ${text.expiresAt}: lab archive verify again`]),
    ...(Date.parse(text.verifiedAt) <= now.getTime() + skewMs
      ? []
      : [`the proof is of ${text.verifiedAt}, which is yet to come`]),
    ...((await condemnedSince(proofs, plate, digest, text))
      ? ['a later verification found the archive wrong']
      : []),
  ];
  if (problems.length > 0) throw new PlateError(problems);
  return { text, versionId: version.versionId } as DeletionProof;
}

const skewMs = 5 * 60_000;

async function newestVersion(proofs: ObjectStore, key: string) {
  for await (const version of proofs.versions(key))
    if (version.key === key && version.isLatest) return version.isDeleteMarker ? undefined : version;
  return undefined;
}

async function condemnedSince(
  proofs: ObjectStore,
  plate: PlateName,
  digest: string,
  { verifiedAt }: ProofText,
): Promise<boolean> {
  const failed = await proofs.get(failureKey(plate, digest));
  if (!failed) return false;
  return storedJson<{ at: string }>(failed, failureKey(plate, digest)).at >= verifiedAt;
}
