import { createHash } from 'node:crypto';
import { secretArn } from '../secrets/secret.ts';
import { resolve, type Symbols } from './intrinsics.ts';

export type Properties = Readonly<Record<string, unknown>>;

export interface TwinResource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly Metadata?: Properties;
}

/** What references stand for: ARNs and names as AWS would have given them, the same at every start. */
export function symbolsOf(
  resources: Record<string, TwinResource>,
  stackName: string,
  { region, account }: { region: string; account: string },
): Symbols {
  const pseudo: Record<string, string> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/twin`,
  };
  const symbols: Symbols = {
    ref(name) {
      const resource = resources[name];
      if (!resource) return pseudo[name];
      const physical = nameOf(name, resource.Properties ?? {}, stackName, symbols);
      switch (resource.Type) {
        case 'AWS::S3::Bucket':
          return resource.Properties?.BucketName === undefined
            ? bucketName(name, stackName)
            : String(resolve(resource.Properties.BucketName, symbols, `${name}.BucketName`));
        case 'AWS::Batch::JobQueue':
          return `arn:aws:batch:${region}:${account}:job-queue/${physical}`;
        case 'AWS::Batch::ComputeEnvironment':
          return `arn:aws:batch:${region}:${account}:compute-environment/${physical}`;
        case 'AWS::Batch::JobDefinition':
          return `arn:aws:batch:${region}:${account}:job-definition/${physical}:1`;
        case 'AWS::SecretsManager::Secret':
          return secretArn(region, account, physical, 0);
        case 'AWS::IAM::ManagedPolicy':
          return `arn:aws:iam::${account}:policy/${physical}`;
        default:
          return physical;
      }
    },
    att(id, attribute) {
      const resource = resources[id];
      if (!resource) return undefined;
      const ref = symbols.ref(id)!;
      if (attribute === 'Arn') {
        const arn = arnOf(resource.Type, ref, { region, account });
        if (arn !== undefined) return arn;
      }
      if (/^(JobQueueArn|ComputeEnvironmentArn|JobDefinitionArn|Id)$/.test(attribute)) return ref;
      return `twin:${id}.${attribute}`;
    },
  };
  return symbols;
}

/** `Fn::GetAtt x.Arn` of what policies speak of. */
function arnOf(
  type: string,
  ref: string,
  { region, account }: { readonly region: string; readonly account: string },
): string | undefined {
  switch (type) {
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${ref}`;
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${account}:role/${ref}`;
    case 'AWS::Logs::LogGroup':
      return `arn:aws:logs:${region}:${account}:log-group:${ref}:*`;
    case 'AWS::KMS::Key':
      return `arn:aws:kms:${region}:${account}:key/${ref}`;
    default:
      return undefined;
  }
}

const nameFields = [
  'JobQueueName',
  'ComputeEnvironmentName',
  'JobDefinitionName',
  'Name',
  'LogGroupName',
  'RoleName',
  'ManagedPolicyName',
];

/** The name a resource was given, or one made from its logical id as CloudFormation does. */
export function nameOf(id: string, properties: Properties, stackName: string, symbols: Symbols): string {
  for (const field of nameFields) {
    if (properties[field] !== undefined) return String(resolve(properties[field], symbols, `${id}.${field}`));
  }
  return `${stackName}-${id}`.slice(0, 128);
}

/** Lower case, at most 63 characters, the same at every start; the hash keeps apart what the readable part does not. */
function bucketName(id: string, stackName: string): string {
  const readable = id
    .replace(/[0-9A-F]{8}$/, '')
    .toLowerCase()
    .slice(0, 24);
  const hash = createHash('sha256').update(`${stackName} ${id}`).digest('hex').slice(0, 8);
  return `${`${stackName.toLowerCase()}-${readable}`.slice(0, 54)}-${hash}`;
}
