import { createHash } from 'node:crypto';
import { Aws, CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as BuildFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct, type IDependable } from 'constructs';
import { cachedImage, parseEcrUri } from '../../config/image-uri.ts';
import type { Compliance, PullThroughCache } from '../../contract/workload/config.ts';
import { counted } from '../../contract/workload/number-text.ts';
import type { Architecture, ImageSpec } from '../../contract/workload/workload.ts';
import { acknowledge, acknowledgeStars } from '../acknowledge.ts';
import { labRole } from '../jobs/lab-role.ts';
import { buildFunction } from './build-function.ts';
import { buildProject } from './build-project.ts';
import { baseArguments, baseImages, dockerfile, imageContext } from './image-context.ts';
import { allowPull, repositoryUri } from './image-pull.ts';

export interface CloudBuildProps {
  readonly projectRoot: string;
  readonly architectures: readonly Architecture[];
  readonly caches: Readonly<Record<string, PullThroughCache>>;
  readonly compliance?: Compliance | undefined;
  /** @default - CloudWatch's own key */
  readonly encryptionKey?: IKey | undefined;
}

export interface BuiltImage {
  readonly image: ContainerImage;
  /** Is there when the image is. */
  readonly built?: IDependable;
}

/** How a build can end: docs.aws.amazon.com/codebuild, buildStatus of Build. */
const ends = ['SUCCEEDED', 'FAILED', 'FAULT', 'STOPPED', 'TIMED_OUT'];

/** How many images a repository keeps for each architecture: runs that wait may still ask for older ones. */
const imagesKept = 10;

/**
 * Images that CodeBuild makes in the account while a deploy waits, on hosts of their own architecture. A folder with a Dockerfile has a
 * repository, whatever its images build on, whose images are tagged by what they are made of: one that is there is not built again. The repository goes
 * with the stack, for another deploy makes its images anew.
 */
export class CloudBuild extends Construct {
  private readonly props: CloudBuildProps;
  /** Of builds. */
  private readonly role: Role;
  private readonly functionRole: Role;
  private readonly function: BuildFunction;
  private readonly ended: Rule;
  private readonly projects: ReadonlyMap<Architecture, CfnProject>;
  private readonly sources = new Map<
    string,
    { readonly asset: Asset; readonly repository: Repository; readonly name: string }
  >();
  private readonly made = new Map<string, BuiltImage>();
  private readonly pulled = new Set<string>();

  constructor(scope: Construct, id: string, props: CloudBuildProps) {
    super(scope, id);
    this.props = props;
    const { compliance } = props;
    const logGroup = this.logs('Log');
    this.role = labRole(this, 'Role', {
      compliance,
      assumedBy: new ServicePrincipal('codebuild.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      description: 'Builds images of array jobs: their sources, and their repositories',
    });
    logGroup.grantWrite(this.role);
    acknowledgeStars(this.role, ['*'], 'ecr:GetAuthorizationToken knows no resources');
    this.projects = new Map(
      props.architectures.map(each => [each, buildProject(this, each, { role: this.role, logGroup })]),
    );
    const functionLog = this.logs('FunctionLog');
    this.functionRole = labRole(this, 'FunctionRole', {
      compliance,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Starts builds of images, and tells CloudFormation how they ended',
    });
    functionLog.grantWrite(this.functionRole);
    logGroup.grant(this.functionRole, 'logs:GetLogEvents');
    const projects = [...this.projects.values()];
    this.functionRole.addToPolicy(
      new PolicyStatement({
        actions: ['codebuild:StartBuild', 'codebuild:BatchGetBuilds'],
        resources: projects.map(each => each.attrArn),
      }),
    );
    this.function = buildFunction(this, 'Function', {
      projectRoot: props.projectRoot,
      role: this.functionRole,
      logGroup: functionLog,
    });
    this.acknowledgeFunction();
    this.ended = new Rule(this, 'Ended', {
      description: 'Builds of images that have ended, however they did',
      eventPattern: {
        source: ['aws.codebuild'],
        detailType: ['CodeBuild Build State Change'],
        detail: {
          'project-name': projects.map(each => each.ref),
          'build-status': ends,
        },
      },
      targets: [new LambdaFunction(this.function)],
    });
  }

  /** An image for an architecture, on another base than its Dockerfile's own where one is said, built by the time that what depends on it is made. */
  image(spec: ImageSpec, base: string | undefined, architecture: Architecture): BuiltImage {
    const { asset, repository, name } = this.source(spec);
    const bases = this.bases(spec, base);
    const made = JSON.stringify([asset.assetHash, dockerfile(spec), bases]);
    const tag = `${architecture}-${createHash('sha256').update(made).digest('hex').slice(0, 32)}`;
    const known = this.made.get(`${name}:${tag}`);
    if (known) return known;
    const project = this.projects.get(architecture)!;
    const on = base === undefined ? '' : `-${createHash('sha256').update(base).digest('hex').slice(0, 8)}`;
    const built = new CustomResource(this, `Image-${name}-${architecture}${on}`, {
      serviceToken: this.function.functionArn,
      resourceType: 'Custom::ArraylabImage',
      serviceTimeout: Duration.hours(1),
      properties: {
        Project: project.ref,
        Repository: repository.repositoryName,
        Tag: tag,
        Variables: {
          SOURCE: asset.s3ObjectUrl,
          DOCKERFILE: dockerfile(spec),
          IMAGE: repository.repositoryUriForTag(tag),
          BUILD_ARGUMENTS: bases
            .map(({ argument, uri, cached }) =>
              cached
                ? `--build-arg ${argument}=${repositoryUri(cached.repository)}${cached.version}`
                : `--build-arg ${argument}=${uri}`,
            )
            .join(' '),
          REGISTRIES: bases
            .flatMap(({ uri }) => parseEcrUri(uri) ?? [])
            .map(({ region, registry }) => `${region}@${registry}`)
            .join(' '),
        },
      },
    });
    // What the build may do, and who tells how it ended, are there before it starts.
    built.node.addDependency(this.role, this.functionRole, this.ended);
    const image = { image: ContainerImage.fromEcrRepository(repository, tag), built };
    this.made.set(`${name}:${tag}`, image);
    return image;
  }

  /** What all images of a folder are built from, and where they go. */
  private source(spec: ImageSpec) {
    const known = this.sources.get(spec.context);
    if (known) return known;
    const name = spec.context.split('/').at(-1)!;
    const asset = new Asset(this, `Source-${name}`, {
      path: this.props.projectRoot,
      ...imageContext(spec),
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
      }),
    );
    const repository = new Repository(this, `Repository-${name}`, {
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
      lifecycleRules: this.props.architectures.map((each, index) => ({
        rulePriority: index + 1,
        description: `The last ${counted(imagesKept, 'image')} for ${each}`,
        tagPrefixList: [each],
        maxImageCount: imagesKept,
      })),
    });
    repository.grantPullPush(this.role);
    repository.grant(this.functionRole, 'ecr:DescribeImages');
    const source = { asset, repository, name };
    this.sources.set(spec.context, source);
    return source;
  }

  /** What a Dockerfile is built FROM in place of what it says: the lab's base, and of all of them what ECR keeps a copy of. */
  private bases(spec: ImageSpec, base: string | undefined) {
    const { projectRoot, caches } = this.props;
    const own = baseArguments(projectRoot, spec, base);
    return Object.entries({ ...baseImages(projectRoot, spec), ...own }).flatMap(([argument, uri]) => {
      const cached = cachedImage(uri, caches);
      const ecr = cached ?? parseEcrUri(uri);
      if (ecr) this.allowPull(ecr, cached !== undefined);
      return cached || own[argument] !== undefined ? [{ argument, uri, ...(cached ? { cached } : {}) }] : [];
    });
  }

  /** Once each: another image of the same base may be pulled already. */
  private allowPull(image: Parameters<typeof allowPull>[1], isCached: boolean): void {
    if (this.pulled.has(image.repository)) return;
    this.pulled.add(image.repository);
    allowPull(this.role, image, isCached);
  }

  private logs(id: string): LogGroup {
    const { encryptionKey } = this.props;
    return new LogGroup(this, id, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey ? { encryptionKey } : {}),
    });
  }

  private acknowledgeFunction(): void {
    acknowledge(
      this.function,
      'LambdaDLQ',
      'Lambda tries three times, and where no answer comes CloudFormation fails the deploy after an hour: nothing is lost unseen',
    );
    acknowledge(
      this.function,
      'LambdaConcurrency',
      'only deploys and builds of this stack call it; a reservation would take from the account’s other functions',
    );
    acknowledge(
      this.function,
      'LambdaInsideVPC',
      'it calls CodeBuild, ECR, CloudWatch Logs and CloudFormation’s answer URL, and sees no data',
    );
  }
}
