import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { prefixed } from '../prefixed.ts';

/** The places of a lab's archives, as a person of the lab may see them. The source's keys are whole. */
export interface ArchivePlaces {
  readonly source: ObjectStore;
  readonly archive: ObjectStore;
  readonly proofs: ObjectStore;
  readonly journals: ObjectStore;
  readonly records: ObjectStore;
  /** Of the archive's bucket: `s3://bucket/plates/`. */
  readonly address: string;
  readonly prefix: string;
}

/** Throws LabError where the lab has no archives. */
export async function archivePlaces(ports: VerbPorts): Promise<ArchivePlaces> {
  const place = await ports.places({
    where: 'lab archive',
    message: 'this lab has no archives: no workload of them is enabled in lab.config.ts',
    fix: "archive: { bucket: '<name>' }, workloads: { 'plate-archive': { places: { source: { bucket: '<bucket>' } } } }, then npm run deploy",
  });
  const below = (name: string): ObjectStore => prefixed(place(name).store, place(name).prefix);
  const { bucket, prefix } = place('archive');
  return {
    source: place('source').store,
    archive: below('archive'),
    proofs: below('proofs'),
    journals: below('journals'),
    records: below('records'),
    address: `s3://${bucket}/${prefix}`,
    prefix,
  };
}
