/** Names of what an archive is, below the archive place. Nothing is ever written twice under one name. */
export interface PlateName {
  readonly project: string;
  readonly batch: string;
  readonly plate: string;
}

/** `/` at the end. Parts hold no slash: checked where plates are read. */
export const platePrefix = ({ project, batch, plate }: PlateName): string => `${project}/${batch}/${plate}/`;

/** Who is first to write a number's file says which archive is the plate's that time. */
export const generationKey = (plate: PlateName, number: number): string =>
  `${platePrefix(plate)}generations/${String(number).padStart(6, '0')}`;
export const generationsPrefix = (plate: PlateName): string => `${platePrefix(plate)}generations/`;

/** `archive`: hex SHA-256 of the inventory. */
export const archivePrefix = (plate: PlateName, archive: string): string =>
  `${platePrefix(plate)}archives/${archive.slice(0, 32)}/`;
export const inventoryKey = (plate: PlateName, archive: string): string =>
  `${archivePrefix(plate, archive)}inventory.ndjson`;
export const indexKey = (plate: PlateName, archive: string): string =>
  `${archivePrefix(plate, archive)}index.ndjson`;
export const manifestKey = (plate: PlateName, archive: string): string =>
  `${archivePrefix(plate, archive)}manifest-sha256.txt`;
/** Written last by the archiver. */
export const sealKey = (plate: PlateName, archive: string): string =>
  `${archivePrefix(plate, archive)}archive.json`;

/** Readers that keep an index of a tar believe it by the tar's name: a digest makes the name this content's alone. */
export const tarName = (archive: string, number: number): string =>
  `${archive.slice(0, 16)}-${String(number).padStart(5, '0')}.tar`;
export const tarKey = (plate: PlateName, archive: string, number: number): string =>
  `${archivePrefix(plate, archive)}tars/${tarName(archive, number)}`;
export const tarsPrefix = (plate: PlateName, archive: string): string =>
  `${archivePrefix(plate, archive)}tars/`;
/** The tar that holds index, inventory and manifests. */
export const indexTarKey = (plate: PlateName, archive: string): string =>
  `${archivePrefix(plate, archive)}tars/${archive.slice(0, 16)}-index.tar`;
/** Digests of a tar's members, written before the tar is made of its parts; the CRC-32 of the tar says whose they are. */
export const sumsKey = (plate: PlateName, archive: string, number: number, crc32: string): string =>
  `${archivePrefix(plate, archive)}sums/${String(number).padStart(5, '0')}-${crc32}.ndjson`;

/** Below the proof place, which only the verifier may write. */
export const proofKey = (plate: PlateName, archive: string): string =>
  `${platePrefix(plate)}${archive.slice(0, 32)}/proof.json`;
export const failureKey = (plate: PlateName, archive: string): string =>
  `${platePrefix(plate)}${archive.slice(0, 32)}/failed.json`;

/** Below the journal place, which only the deleter may write. */
export const journalPrefix = (plate: PlateName, archive: string): string =>
  `${platePrefix(plate)}${archive.slice(0, 32)}/`;
export const batchKey = (
  plate: PlateName,
  archive: string,
  batch: number,
  what: 'intent' | 'outcome',
): string => `${journalPrefix(plate, archive)}${String(batch).padStart(6, '0')}.${what}.json`;
export const deletedKey = (plate: PlateName, archive: string): string =>
  `${journalPrefix(plate, archive)}deleted.json`;

/** The largest number of a generation in a listing. */
export const generationOf = (key: string): number => Number(key.slice(key.lastIndexOf('/') + 1));
