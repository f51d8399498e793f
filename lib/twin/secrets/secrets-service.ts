import { randomUUID } from 'node:crypto';
import type { Needed } from '../access/needed.ts';
import { AwsError, type JsonCall } from '../http/service.ts';
import { invalid, newValue, optionalText, sameValue, text } from './input.ts';
import { secretRights } from './rights.ts';
import { findSecret, type Secret, type SecretVersion, secretArn } from './secret.ts';
import { secretsFile } from './secrets-file.ts';

export interface SecretsOptions {
  readonly folder: string;
  readonly region: string;
  readonly account?: string;
  readonly clock?: () => Date;
  /** By a secret's name, ARN of the account's own key that encrypts it. */
  readonly keys?: ReadonlyMap<string, string>;
}

export interface SecretsService {
  /** For `jsonService('secretsmanager', 'json', …)`. */
  readonly call: (call: JsonCall) => Promise<unknown>;
  /** The rights that a call needs. */
  rights(call: JsonCall): Promise<Needed[]>;
  /** Makes the secret, with that ARN, unless it is there; an existing one keeps its value. Resolves to its ARN. */
  ensure(name: string, value: string, arn?: string): Promise<string>;
}

type Action = (
  secrets: Map<string, Secret>,
  input: Record<string, unknown>,
) => { output: unknown; changed?: true };

const validName = /^[\w/+=.@-]{1,512}$/;

/** Secrets Manager over one file that only its owner may read. */
export function secretsService(options: SecretsOptions): SecretsService {
  const file = secretsFile(options.folder);
  const now = () => (options.clock?.() ?? new Date()).getTime() / 1000;
  const account = options.account ?? '000000000000';

  function create(secrets: Map<string, Secret>, input: Record<string, unknown>): Secret {
    const name = text(input, 'Name');
    if (!validName.test(name)) throw invalid('Name must be 1 to 512 of A-Z a-z 0-9 / _ + = . @ -');
    const existing = secrets.get(name);
    const token = optionalText(input, 'ClientRequestToken') ?? randomUUID();
    if (existing) {
      const same = existing.versions.find(version => version.id === token);
      if (same && sameValue(same, input)) return existing;
      const message = existing.deletedAt
        ? "You can't create this secret because a secret with this name is already scheduled for deletion."
        : `The operation failed because the secret ${name} already exists.`;
      throw new AwsError(
        existing.deletedAt ? 'InvalidRequestException' : 'ResourceExistsException',
        400,
        message,
      );
    }
    const secret: Secret = {
      name,
      arn: secretArn(options.region, account, name, now()),
      createdAt: now(),
      changedAt: now(),
      versions: [],
      ...(input.Description === undefined ? {} : { description: text(input, 'Description') }),
      ...(Array.isArray(input.Tags) ? { tags: checkedTags(input.Tags) } : {}),
    };
    secrets.set(name, secret);
    if (input.SecretString !== undefined || input.SecretBinary !== undefined) put(secret, input, token);
    return secret;
  }

  function put(secret: Secret, input: Record<string, unknown>, token: string): SecretVersion {
    const value = newValue(input);
    const same = secret.versions.find(version => version.id === token);
    if (same) {
      if (sameValue(same, input)) return same;
      const message = 'A resource with the ID you requested already exists with different content.';
      throw new AwsError('ResourceExistsException', 400, message);
    }
    const stages = Array.isArray(input.VersionStages) ? input.VersionStages.map(String) : ['AWSCURRENT'];
    const version: SecretVersion = { id: token, createdAt: now(), stages: [], ...value };
    secret.versions.push(version);
    for (const stage of stages) moveStage(secret, stage, version);
    secret.changedAt = now();
    secret.versions = secret.versions.filter(one => one.stages.length > 0);
    return version;
  }

  const actions: Readonly<Record<string, Action>> = {
    CreateSecret(secrets, input) {
      const secret = create(secrets, input);
      const version = secret.versions.at(-1);
      return { changed: true, output: { ARN: secret.arn, Name: secret.name, VersionId: version?.id } };
    },
    PutSecretValue(secrets, input) {
      const secret = alive(secrets, input);
      const version = put(secret, input, optionalText(input, 'ClientRequestToken') ?? randomUUID());
      const output = {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        VersionStages: version.stages,
      };
      return { changed: true, output };
    },
    GetSecretValue(secrets, input) {
      const secret = alive(secrets, input);
      const version = wantedVersion(secret, input);
      return {
        output: {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          VersionStages: version.stages,
          SecretString: version.string,
          SecretBinary: version.binary,
          CreatedDate: version.createdAt,
        },
      };
    },
    DescribeSecret(secrets, input) {
      return { output: describe(found(secrets, input)) };
    },
    ListSecrets(secrets, input) {
      const most = typeof input.MaxResults === 'number' ? input.MaxResults : 100;
      if (!Number.isInteger(most) || most < 1 || most > 100) throw invalid('MaxResults must be 1 to 100.');
      const after = optionalText(input, 'NextToken') ?? '';
      const names = [...secrets.values()]
        .filter(secret => secret.deletedAt === undefined || input.IncludePlannedDeletion === true)
        .filter(secret => matches(secret, input.Filters))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .filter(secret => secret.name > after);
      const page = names.slice(0, most);
      const more = names.length > page.length ? page.at(-1)?.name : undefined;
      return { output: { SecretList: page.map(listEntry), NextToken: more } };
    },
    DeleteSecret(secrets, input) {
      const secret = found(secrets, input);
      const days = input.RecoveryWindowInDays;
      if (input.ForceDeleteWithoutRecovery === true) {
        if (days !== undefined) {
          throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }
        secrets.delete(secret.name);
        return { changed: true, output: { ARN: secret.arn, Name: secret.name, DeletionDate: now() } };
      }
      const window = days === undefined ? 30 : Number(days);
      if (!(window >= 7 && window <= 30)) throw invalid('RecoveryWindowInDays must be 7 to 30.');
      secret.deletedAt = now() + window * 24 * 3600;
      return {
        changed: true,
        output: { ARN: secret.arn, Name: secret.name, DeletionDate: secret.deletedAt },
      };
    },
    RestoreSecret(secrets, input) {
      const secret = found(secrets, input);
      delete secret.deletedAt;
      return { changed: true, output: { ARN: secret.arn, Name: secret.name } };
    },
  };

  return {
    call: ({ action, input }) => {
      const work = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (!work) {
        throw new AwsError(
          'UnknownOperationException',
          400,
          `The twin's Secrets Manager has no "${action}".`,
        );
      }
      return file.use(secrets => work(secrets, input));
    },
    rights: ({ action, input }) =>
      file.use(secrets => ({
        output: secretRights(action, input, secrets, {
          arn: `arn:aws:secretsmanager:${options.region}:${account}`,
          region: options.region,
          keys: options.keys ?? new Map(),
        }),
      })),
    ensure: (name, value, arn) =>
      file.use(secrets => {
        const existing = secrets.get(name);
        if (existing && existing.deletedAt === undefined) {
          // The template's references are to this ARN; an older twin gave another.
          if (arn === undefined || existing.arn === arn) return { output: existing.arn };
          secrets.set(name, { ...existing, arn });
          return { changed: true, output: arn };
        }
        secrets.delete(name);
        const made = create(secrets, { Name: name, SecretString: value });
        if (arn !== undefined) secrets.set(name, { ...made, arn });
        return { changed: true, output: arn ?? made.arn };
      }),
  };
}

function found(secrets: Map<string, Secret>, input: Record<string, unknown>): Secret {
  const secret = findSecret(secrets, text(input, 'SecretId'));
  if (secret) return secret;
  throw new AwsError('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
}

function alive(secrets: Map<string, Secret>, input: Record<string, unknown>): Secret {
  const secret = found(secrets, input);
  if (secret.deletedAt === undefined) return secret;
  const message = "You can't perform this operation on the secret because it was marked for deletion.";
  throw new AwsError('InvalidRequestException', 400, message);
}

function wantedVersion(secret: Secret, input: Record<string, unknown>): SecretVersion {
  const id = optionalText(input, 'VersionId');
  const stage = optionalText(input, 'VersionStage') ?? (id ? undefined : 'AWSCURRENT');
  const version = secret.versions.find(
    one => (!id || one.id === id) && (!stage || one.stages.includes(stage)),
  );
  if (version) return version;
  const what = id ? `VersionId: ${id}` : `staging label: ${stage}`;
  const message = `Secrets Manager can't find the specified secret value for ${what}`;
  throw new AwsError('ResourceNotFoundException', 400, message);
}

/** A label is on one version at a time; the version that loses AWSCURRENT becomes AWSPREVIOUS. */
function moveStage(secret: Secret, stage: string, to: SecretVersion): void {
  const from = secret.versions.find(version => version.stages.includes(stage));
  if (from) from.stages = from.stages.filter(one => one !== stage);
  to.stages.push(stage);
  if (stage === 'AWSCURRENT' && from) moveStage(secret, 'AWSPREVIOUS', from);
}

function describe(secret: Secret): Record<string, unknown> {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    Tags: secret.tags ?? [],
    CreatedDate: secret.createdAt,
    LastChangedDate: secret.changedAt,
    DeletedDate: secret.deletedAt,
    VersionIdsToStages: Object.fromEntries(secret.versions.map(version => [version.id, version.stages])),
  };
}

/** At most 50 tags, of keys of 1 to 128 and values of at most 256 characters. */
function checkedTags(given: readonly unknown[]): NonNullable<Secret['tags']> {
  const tags = (given as { Key?: unknown; Value?: unknown }[]).map(({ Key, Value = '' }) => ({
    Key: String(Key ?? ''),
    Value: String(Value),
  }));
  const wrong = tags.find(({ Key, Value }) => Key === '' || Key.length > 128 || Value.length > 256);
  if (wrong || tags.length > 50) throw invalid(`the tags are not valid${wrong ? `: ${wrong.Key}` : ''}`);
  return tags;
}

/** A list calls the versions by another name. */
function listEntry(secret: Secret): Record<string, unknown> {
  const { VersionIdsToStages, ...rest } = describe(secret);
  return { ...rest, SecretVersionsToStages: VersionIdsToStages };
}

function matches(secret: Secret, filters: unknown): boolean {
  if (!Array.isArray(filters)) return true;
  return (filters as { Key?: string; Values?: string[] }[]).every(({ Key, Values = [] }) => {
    if (Key === 'name') return Values.some(value => secret.name.startsWith(value));
    if (Key === 'tag-key') return Values.some(value => secret.tags?.some(tag => tag.Key.startsWith(value)));
    if (Key === 'tag-value')
      return Values.some(value => secret.tags?.some(tag => tag.Value.startsWith(value)));
    throw new AwsError('InvalidParameterException', 400, `The twin has no filter "${Key}".`);
  });
}
