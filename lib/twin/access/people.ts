import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { twinKeyPrefix } from '../../contract/workload/env.ts';
import { readPolicy } from '../iam/read-policy.ts';
import type { Policy } from '../iam/types.ts';
import type { StackRights } from '../template/policies.ts';

export interface PersonKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * As whom a person comes to the twin: as one who has the policy of the lab's members, or its keepers' too; as who deploys,
 * and may everything; or as the owner of the datasets, who has no part in the lab.
 */
export const people = ['members', 'keepers', 'deployer', 'datasets'] as const;
export type Person = (typeof people)[number];

/** The keys of each, made once per folder; the secrets never leave this machine. */
export async function keysOfPeople(folder: string): Promise<Readonly<Record<Person, PersonKeys>>> {
  const path = join(folder, 'keys.json');
  const known = await readFile(path, 'utf8').then(
    text => JSON.parse(text) as Partial<Record<Person, PersonKeys>>,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return {} as Partial<Record<Person, PersonKeys>>;
    },
  );
  const all = Object.fromEntries(people.map(each => [each, known[each] ?? newKeys()]));
  if (people.some(each => !known[each])) {
    await writeFile(`${path}.new`, JSON.stringify(all), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
  return all as Record<Person, PersonKeys>;
}

/** The policies that each of them has. */
export function policiesOf(
  { people: made }: StackRights,
  datasetBuckets: readonly string[],
): Readonly<Record<Person, readonly Policy[]>> {
  const members = made.get('members') ?? [];
  return {
    members,
    keepers: [...members, ...(made.get('keepers') ?? [])],
    deployer: [allow('AdministratorAccess', ['*'], ['*'])],
    datasets: [
      allow(
        'the owner of the datasets',
        ['s3:*'],
        datasetBuckets.flatMap(each => [`arn:aws:s3:::${each}`, `arn:aws:s3:::${each}/*`]),
      ),
    ],
  };
}

/** What a bucket's policy says that is open to the public. */
export const openToAll = (bucket: string): Policy =>
  readPolicy(`bucket ${bucket}`, 'resource', {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    },
  });

const allow = (name: string, Action: readonly string[], Resource: readonly string[]): Policy =>
  readPolicy(name, 'identity', {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action, Resource },
  });

function newKeys(): PersonKeys {
  const random = randomBytes(40);
  return {
    accessKeyId: `${twinKeyPrefix}${createHash('sha256').update(random).digest('hex').slice(0, 12).toUpperCase()}`,
    secretAccessKey: random.toString('base64url').slice(0, 40),
  };
}
