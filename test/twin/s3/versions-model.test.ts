import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { runs } from '../../helpers/runs.ts';
import { failure, startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const { twin } = oneBucket('data');

/** A key's versions, the oldest first, as the documentation has them. */
interface Version {
  readonly id: string;
  readonly body: string | undefined;
}

it('any series of puts, deletes, suspensions and restarts leaves the versions that S3 would have', async () => {
  const operation = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('put' as const),
        body: fc.string({ minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete version' as const), which: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('Enabled' as const, 'Suspended' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 14 }), async operations => {
      const Bucket = `bucket-${round++}`;
      let at = await startS3(twin.root);
      const model: Version[] = [];
      let state: 'Enabled' | 'Suspended' | undefined;
      const add = (id: string, body: string | undefined) => {
        if (id === 'null') drop('null');
        model.push({ id, body });
      };
      const drop = (id: string) => {
        const index = model.findIndex(each => each.id === id);
        if (index >= 0) model.splice(index, 1);
      };
      try {
        await at.s3.send(new CreateBucketCommand({ Bucket }));
        for (const each of operations) {
          if (each.do === 'put') {
            const { VersionId = 'null' } = await at.s3.send(
              new PutObjectCommand({ Bucket, Key: 'k', Body: each.body }),
            );
            add(VersionId, each.body);
          } else if (each.do === 'delete') {
            const { VersionId } = await at.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
            if (state === undefined) drop('null');
            else add(VersionId ?? 'null', undefined);
          } else if (each.do === 'delete version') {
            const id = model[each.which]?.id ?? 'null';
            await at.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: id }));
            drop(id);
          } else if (each.do === 'restart') {
            await at.stop();
            at = await startS3(twin.root);
          } else {
            state = each.do;
            const VersioningConfiguration = { Status: state };
            await at.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
          }
        }
        const listed = await at.s3.send(new ListObjectVersionsCommand({ Bucket }));
        const found = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])];
        expect(found.map(each => each.VersionId).sort()).toEqual(model.map(each => each.id).sort());
        expect(found.filter(each => each.IsLatest).map(each => each.VersionId)).toEqual(
          model.slice(-1).map(each => each.id),
        );
        for (const { id, body } of model) {
          const got = at.s3
            .send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: id }))
            .then(answer => answer.Body?.transformToString());
          if (body === undefined) expect(await failure(got)).toBe('MethodNotAllowed 405');
          else expect(await got).toBe(body);
        }
        const onDisk = await readFile(join(at.root, Bucket, 'k'), 'utf8').catch(() => undefined);
        expect(onDisk).toBe(model.at(-1)?.body);
      } finally {
        await at.stop();
      }
    }),
    { numRuns: runs(60) },
  );
});
