import {
  type ArchivedPlate,
  archivePlate,
  type PlateJob,
} from '../../containers/plate-archive/archiver/archive-plate.ts';
import { makeTar } from '../../containers/plate-archive/archiver/make-tar.ts';
import { type Deletion, deletePlate } from '../../containers/plate-archive/deleter/delete-plate.ts';
import { checkTar } from '../../containers/plate-archive/verifier/check-tar.ts';
import {
  type PlateVerdict,
  type VerifyJob,
  verifyPlate,
} from '../../containers/plate-archive/verifier/verify-plate.ts';
import { defaultFolders, type Plate, readFolders } from '../../jobs/plate-archive/plate/plate-folders.ts';
import { FakeS3 } from './fake-s3.ts';

export const plate: Plate = {
  project: 'P',
  batch: 'B',
  plate: 'BR01',
  plateFull: 'BR01__2017-Measurement 1',
  labels: {},
};
export const imagesPrefix = 'projects/P/B/images/BR01__2017-Measurement 1/';
export const now = (): Date => new Date('2026-02-01T00:00:00Z');

/** A live bucket, an archive bucket with its proofs and journals, and the three programs over them. */
export class PlateLab {
  readonly s3 = new FakeS3();
  readonly lines: string[] = [];
  tarBytes = 40 * 1024;
  partBytes = 10 * 1024;

  constructor({ versioned = false } = {}) {
    if (versioned) for (const bucket of ['live', 'cold', 'proofs']) this.s3.versioned.add(bucket);
  }

  image(name: string, body: Buffer | string): void {
    this.s3.write('live', imagesPrefix + name, body);
  }

  keys(): string[] {
    return this.s3.current('live').map(({ key }) => key);
  }

  archive(more: Partial<PlateJob> = {}): Promise<ArchivedPlate> {
    const [source, archive] = [this.s3.store('live'), this.s3.store('cold')];
    return archivePlate({
      ...{ source, archive, plate, now },
      proofs: this.s3.store('proofs'),
      rules: readFolders(defaultFolders).rules,
      tarBytes: this.tarBytes,
      storageClass: 'DEEP_ARCHIVE',
      log: line => this.lines.push(line),
      makeTars: async ({ inventory }, plans) => {
        const built = [];
        for (const plan of plans)
          built.push(
            await makeTar(
              { source, archive, plate, digest: inventory.digest, partBytes: this.partBytes, connections: 3 },
              plan,
            ),
          );
        return built;
      },
      ...more,
    });
  }

  verify(
    digest: string,
    more: Partial<VerifyJob> = {},
    verify: typeof verifyPlate = verifyPlate,
  ): Promise<PlateVerdict> {
    const [source, archive] = [this.s3.store('live'), this.s3.store('cold')];
    return verify({
      ...{ source, archive, plate, digest, now },
      proofs: this.s3.store('proofs'),
      connections: 4,
      proofDays: 30,
      parallel: 2,
      checkTar: check => checkTar({ ...check, source, archive }),
      ...more,
    });
  }

  delete(digest: string, when: () => Date = now): Promise<Deletion> {
    return deletePlate({
      source: this.s3.store('live'),
      archive: this.s3.store('cold'),
      proofs: this.s3.store('proofs'),
      journal: this.s3.store('journal'),
      plate,
      digest,
      now: when,
      log: line => this.lines.push(line),
      parallel: 2,
      pause: async () => undefined,
    });
  }
}
