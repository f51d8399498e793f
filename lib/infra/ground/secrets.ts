import { SecretValue } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { secretName } from '../../config/resolve-mounts.ts';
import type { Dataset, LabConfig } from '../../contract/workload/config.ts';
import { hasSecret, secretPlaceholder } from '../../contract/workload/mount.ts';
import { secretFields, secretLabel, secretsOf } from '../../contract/workload/places.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { acknowledge } from '../acknowledge.ts';

interface LabSecret {
  /** Name or ARN, as jobs and people ask for it. */
  readonly id: string;
  /** As a policy names it. */
  readonly arn: string;
}

/** Secrets of a lab, with a placeholder each until a person fills it: of its datasets, and of its workloads. */
export class LabSecrets {
  /** By label: a dataset's name, or `<workload>/<name>`. */
  private readonly known = new Map<string, LabSecret>();
  private readonly scope: Construct;
  private readonly encryptionKey: IKey | undefined;

  constructor(
    scope: Construct,
    config: LabConfig,
    specs: readonly WorkloadSpec[],
    encryptionKey: IKey | undefined,
  ) {
    this.scope = scope;
    this.encryptionKey = encryptionKey;
    for (const [name, dataset] of Object.entries(config.datasets))
      if (hasSecret(dataset.access)) this.known.set(name, this.ofDataset(config.name, name, dataset));
    for (const spec of specs)
      for (const [name, secret] of Object.entries(secretsOf(spec))) {
        const label = secretLabel(spec.name, name);
        const fields = secretFields(secret);
        const what = `${secret.describe}: lab secret set ${label}`;
        this.known.set(label, this.empty(`Secret-${spec.name}-${name}`, config.name, label, fields, what));
      }
  }

  of(label: string): LabSecret {
    return this.known.get(label)!;
  }

  get ids(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.known].map(([label, { id }]) => [label, id]));
  }

  get arnsById(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.known.values()].map(({ id, arn }) => [id, arn]));
  }

  private ofDataset(lab: string, name: string, { access, existingSecret }: Dataset): LabSecret {
    if (existingSecret !== undefined) {
      const isArn = existingSecret.startsWith('arn:');
      const found = isArn
        ? Secret.fromSecretCompleteArn(this.scope, `Secret-${name}`, existingSecret)
        : Secret.fromSecretNameV2(this.scope, `Secret-${name}`, existingSecret);
      return { id: existingSecret, arn: isArn ? found.secretArn : `${found.secretArn}-??????` };
    }
    const isLogin = access === 'nda';
    const fields = isLogin ? ['username', 'password'] : ['accessKeyId', 'secretAccessKey'];
    const what = `${isLogin ? 'NDA login' : 'Access keys'} of dataset ${name}: lab secret set ${name}`;
    return this.empty(`Secret-${name}`, lab, name, fields, what);
  }

  /** Not a secret yet: recognised by jobs and by the CLI until a person fills it. */
  private empty(
    id: string,
    lab: string,
    label: string,
    fields: readonly string[],
    description: string,
  ): LabSecret {
    const secret = new Secret(this.scope, id, {
      secretName: secretName(lab, label),
      description,
      secretObjectValue: Object.fromEntries(
        fields.map(field => [field, SecretValue.unsafePlainText(secretPlaceholder)]),
      ),
      ...(this.encryptionKey ? { encryptionKey: this.encryptionKey } : {}),
    });
    for (const finding of ['SMG4', 'SecretsManagerRotationEnabled'])
      acknowledge(
        secret,
        finding,
        'what it holds is a third party’s, given to a person; rotating it is not ours to do',
      );
    return { id: secretName(lab, label), arn: secret.secretArn };
  }
}
