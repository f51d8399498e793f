import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { decodeIndex, memberOf } from '../../jobs/plate-archive/format/archive-index.ts';
import { indexKey, tarKey, tarsPrefix } from '../../jobs/plate-archive/format/archive-keys.ts';
import { Killed, type Operation, Refused } from './fake-faults.ts';
import { imagesPrefix, PlateLab, plate } from './plate-lab.ts';

/** What one seed does to one plate, from its archive to its deletion. */
export interface FaultPlan {
  readonly objects: readonly { readonly name: string; readonly size: number; readonly checksum: boolean }[];
  readonly versioned: boolean;
  /** Requests that do not return: the process is gone, before S3 did what it was asked, or after. */
  readonly kills: readonly { readonly at: number; readonly isAfter: boolean }[];
  /** Requests that S3 refuses with 503. */
  readonly storms: readonly number[];
  /** A bit that flips on its way out of a bucket, at which read. */
  readonly flips: readonly { readonly at: number; readonly bucket: 'live' | 'cold' }[];
  /** Something happens to the source at that request. */
  readonly changes: readonly {
    readonly at: number;
    readonly kind: 'changed' | 'removed' | 'added';
    readonly which: number;
  }[];
  /** Something happens to what is stored, between archive and verification or between verification and deletion. */
  readonly rot: readonly {
    readonly when: 'archived' | 'verified';
    readonly kind: Rot;
    readonly at: number;
  }[];
  /** Keys whose deletion S3 refuses inside a 200. */
  readonly refusals: number;
  readonly twoArchivers: boolean;
}

type Rot = 'bit' | 'swap' | 'cut' | 'gone' | 'more';
const rots: readonly Rot[] = ['bit', 'swap', 'cut', 'gone', 'more'];
const few = <T>(arbitrary: fc.Arbitrary<T>, most = 2): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant([] as T[]) },
    fc.array(arbitrary, { minLength: 1, maxLength: most }),
  );
const request = fc.nat({ max: 90 });

export const faultPlan: fc.Arbitrary<FaultPlan> = fc.record({
  objects: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(
        'a.tif',
        'b b.tif',
        'c/d.tif',
        'c',
        'é.tif',
        'm/',
        'x//y',
        'z',
        `${'n'.repeat(300)}`,
      ),
      size: fc.constantFrom(0, 1, 511, 512, 700, 700, 3000, 9000),
      checksum: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6, selector: ({ name }) => name },
  ),
  versioned: fc.boolean(),
  kills: few(fc.record({ at: request, isAfter: fc.boolean() }), 4),
  storms: few(request, 4),
  flips: few(
    fc.record({ at: fc.nat({ max: 30 }), bucket: fc.constantFrom('live' as const, 'cold' as const) }),
  ),
  changes: few(
    fc.record({
      at: request,
      kind: fc.constantFrom('changed' as const, 'removed' as const, 'added' as const),
      which: fc.nat(),
    }),
  ),
  // What rots after the proof, and S3 does not know of, nobody sees before the deletion: only what S3 tells.
  rot: few(
    fc.oneof(
      fc.record({ when: fc.constant('archived' as const), kind: fc.constantFrom(...rots), at: fc.nat() }),
      fc.record({
        when: fc.constant('verified' as const),
        kind: fc.constantFrom('gone' as const, 'cut' as const),
        at: fc.nat(),
      }),
    ),
  ),
  refusals: fc.constantFrom(0, 0, 0, 1, 3),
  twoArchivers: fc.boolean(),
});

export interface FaultOutcome {
  readonly proven: boolean;
  readonly deleted: number;
  readonly attempts: number;
}

/**
 * Archives, verifies and deletes a plate under the plan's faults, every step again until it says what it has to say. Throws
 * when something was deleted that the archive does not give back, or a proof was made of an archive that is not the source.
 */
export async function runFaults(plan: FaultPlan): Promise<FaultOutcome> {
  const lab = new PlateLab({ versioned: plan.versioned });
  lab.tarBytes = 12_000;
  lab.partBytes = 5_000;
  const { s3 } = lab;
  for (const [i, { name, size, checksum }] of plan.objects.entries()) {
    const body = Buffer.alloc(name.endsWith('/') && size === 0 ? 0 : size, `${i}${name}`);
    const sums = checksum
      ? { checksums: { SHA256: createHash('sha256').update(body).digest('base64') } }
      : {};
    s3.write('live', imagesPrefix + name, body, sums);
  }
  /** What was deleted by us, and not by the plan's hand. */
  const deleted: { key: string; body: Buffer }[] = [];
  arm(lab, plan);
  watchDeletions(lab, deleted);
  let attempts = 0;
  const persist = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    for (let attempt = 0; attempt < 12; attempt++) {
      attempts++;
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Killed || error instanceof Refused)) return undefined;
      }
    }
    return undefined;
  };
  const archived = await persist(async () => {
    const [first, second] = await Promise.allSettled([
      lab.archive(),
      ...(plan.twoArchivers ? [lab.archive()] : []),
    ]);
    if (first.status === 'rejected' && second?.status !== 'fulfilled') throw first.reason;
    return first.status === 'fulfilled'
      ? first.value
      : (second as PromiseFulfilledResult<Awaited<ReturnType<PlateLab['archive']>>>).value;
  });
  if (!archived) return { proven: false, deleted: deleted.length, attempts };
  const { digest } = archived;
  decay(lab, plan, 'archived', digest);
  const verdict = await persist(async () => {
    const found = await lab.verify(digest);
    if (found.proof) missedCorruption(lab, digest);
    return found;
  });
  decay(lab, plan, 'verified', digest);
  await persist(() => lab.delete(digest));
  lab.s3.faults = {};
  checkDeleted(lab, digest, deleted);
  return { proven: verdict?.proof !== undefined, deleted: deleted.length, attempts };
}

function arm(lab: PlateLab, plan: FaultPlan): void {
  let requests = 0;
  let after = 0;
  const reads = { live: 0, cold: 0 };
  let refusals = plan.refusals;
  lab.s3.faults = {
    before: (operation: Operation, _bucket, _key) => {
      const at = requests++;
      for (const change of plan.changes) if (change.at === at) changeSource(lab, change);
      if (plan.kills.some(kill => !kill.isAfter && kill.at === at)) throw new Killed('killed');
      if (plan.storms.includes(at))
        throw new Refused(operation === 'delete' ? 'SlowDown' : 'ServiceUnavailable', 503);
    },
    after: () => {
      const at = after++;
      if (plan.kills.some(kill => kill.isAfter && kill.at === at)) throw new Killed('killed');
    },
    onRead: (bucket, _key, body) => {
      if (bucket !== 'live' && bucket !== 'cold') return;
      const at = reads[bucket]++;
      if (body.length > 0 && plan.flips.some(flip => flip.bucket === bucket && flip.at === at))
        body[body.length >> 1]! ^= 16;
    },
    onDelete: outcomes =>
      outcomes.map(outcome =>
        outcome.outcome === 'deleted' && refusals-- > 0
          ? { key: outcome.key, outcome: 'error', reason: 'InternalError: we are sorry' }
          : outcome,
      ),
  };
}

/** Another hand writes to the live bucket while we work. */
function changeSource(lab: PlateLab, { kind, which }: FaultPlan['changes'][number]): void {
  const objects = lab.s3.current('live', imagesPrefix);
  const object = objects[which % Math.max(1, objects.length)];
  if (kind === 'added') lab.image(`added-${which % 3}`, `new ${which}`);
  else if (object && kind === 'changed') lab.s3.write('live', object.key, `changed ${which}`);
  else if (object) byHand(lab, object.key);
}

let isByHand = false;
function byHand(lab: PlateLab, key: string): void {
  isByHand = true;
  lab.s3.remove('live', key);
  isByHand = false;
}

function watchDeletions(lab: PlateLab, deleted: { key: string; body: Buffer }[]): void {
  const remove = lab.s3.remove.bind(lab.s3);
  lab.s3.remove = (bucket, key) => {
    const there = lab.s3.object(bucket, key);
    if (there && bucket === 'live' && !isByHand) deleted.push({ key, body: there.body });
    if (bucket !== 'live') throw new Error(`${key} of ${bucket} was deleted: nobody may`);
    remove(bucket, key);
  };
}

function decay(lab: PlateLab, plan: FaultPlan, when: 'archived' | 'verified', digest: string): void {
  for (const { kind, at } of plan.rot.filter(each => each.when === when)) {
    const tars = lab.s3
      .current('cold', tarsPrefix(plate, digest))
      .filter(({ key }) => !key.includes('-index'));
    const tar = tars[at % Math.max(1, tars.length)];
    if (!tar) continue;
    // A new Buffer: rot changes what is stored, and not what S3 says of it.
    tar.body = Buffer.from(tar.body);
    if (kind === 'bit') tar.body[at % tar.body.length]! ^= 1;
    if (kind === 'swap') swap(tar.body);
    if (kind === 'cut') tar.body = tar.body.subarray(0, tar.body.length - 512 * (1 + (at % 3)));
    if (kind === 'gone') lab.s3.buckets.get('cold')!.delete(tar.key);
    if (kind === 'more') lab.s3.write('cold', `${tarsPrefix(plate, digest)}more-${at}.tar`, 'x');
  }
}

/** Two blocks of content change places. */
function swap(body: Buffer): void {
  if (body.length < 2048) return;
  const kept = Buffer.from(body.subarray(512, 1024));
  body.copy(body, 512, 1024, 1536);
  kept.copy(body, 1024);
}

/** At the moment of a proof the archive must give back every object of the source as it is. */
function missedCorruption(lab: PlateLab, digest: string): void {
  for (const { key, body } of lab.s3.current('live', imagesPrefix)) {
    const given = fromArchive(lab, digest, key);
    // What came after the listing of the verification is not in the proof.
    if (given && !given.equals(body) && lab.s3.object('live', key)!.etag === etagInIndex(lab, digest, key))
      throw new Error(`a proof was made, and the archive gives other bytes of ${key}`);
  }
}

function checkDeleted(
  lab: PlateLab,
  digest: string,
  deleted: readonly { key: string; body: Buffer }[],
): void {
  for (const { key, body } of deleted) {
    const given = fromArchive(lab, digest, key);
    if (!given?.equals(body)) throw new WrongDeletion(key, given);
  }
}

/** Whether rot after the proof took it is for the test to say: nobody can prove what happens later. */
export class WrongDeletion extends Error {
  constructor(key: string, given: Buffer | undefined) {
    super(`${key} was deleted, and the archive gives ${given ? `${given.length} other bytes` : 'nothing'}`);
  }
}

const indexOf = (lab: PlateLab, digest: string) =>
  decodeIndex(lab.s3.object('cold', indexKey(plate, digest))?.body ?? Buffer.alloc(0));
const etagInIndex = (lab: PlateLab, digest: string, key: string) =>
  indexOf(lab, digest).find(entry => entry.key === key)?.etag;

function fromArchive(lab: PlateLab, digest: string, key: string): Buffer | undefined {
  const entry = indexOf(lab, digest).find(each => each.key === key);
  if (!entry) return undefined;
  if (entry.tar === undefined) return Buffer.alloc(0);
  const tar = lab.s3.object('cold', tarKey(plate, digest, entry.tar))?.body;
  const bytes = tar?.subarray(entry.offset!, entry.offset! + entry.size);
  return bytes?.length === entry.size && memberOf(entry) !== '' ? bytes : undefined;
}
