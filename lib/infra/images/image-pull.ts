import { Aws, Fn } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** A repository of ECR, by name; of this account and region where nothing else is said. */
export interface EcrRepository {
  readonly repository: string;
  readonly account?: string;
  readonly region?: string;
}

/** The URI of a repository of this account and region. */
export const repositoryUri = (repository: string): string =>
  Fn.join('', [Aws.ACCOUNT_ID, '.dkr.ecr.', Aws.REGION, '.', Aws.URL_SUFFIX, '/', repository]);

/**
 * Lets a role pull from a repository, which CDK's `fromRegistry` does not. An image of a pull-through cache is fetched by who
 * pulls it first, into a repository that ECR makes then.
 * Source: docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
 */
export function allowPull(
  role: IRole,
  { repository, account = Aws.ACCOUNT_ID, region = Aws.REGION }: EcrRepository,
  isCache = false,
): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
  );
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
        ...(isCache ? ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'] : []),
      ],
      resources: [`arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${repository}`],
    }),
  );
}
