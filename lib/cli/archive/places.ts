import { prefixed } from '../../../jobs/plate-archive/prefixed.ts';
import { plateWorkloads } from '../../../jobs/plate-archive/specs/index.ts';
import type { ObjectStore } from '../../contract/ports/object-store.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { specPorts } from '../../runs/spec-ports.ts';
import type { Connection, Context } from '../context.ts';
import { runWorld } from '../run-world.ts';

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
  readonly connection: Connection;
}

/** Throws LabError where the lab has no archives. */
export async function archivePlaces(context: Context): Promise<ArchivePlaces> {
  const config = await context.config();
  const spec = plateWorkloads.find(({ name }) => config.workloads[name]?.enabled);
  if (!spec)
    throw new LabError({
      where: 'lab archive',
      message: 'this lab has no archives: no workload of them is enabled in lab.config.ts',
      fix: "archive: { bucket: '<name>' }, workloads: { 'plate-archive': { places: { source: { bucket: '<bucket>' } } } }, then npm run deploy",
    });
  const connection = await context.connect();
  const request = { workload: spec.name, parameters: {} };
  const { place } = specPorts(spec, request, connection, await runWorld(context));
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
    connection,
  };
}
