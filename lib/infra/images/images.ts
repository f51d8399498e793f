import { Aws } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, type ContainerImageConfig } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { cachedImage, parseEcrUri } from '../../config/image-uri.ts';
import { builtKinds } from '../../config/kind-image.ts';
import type { KindConfig, LabConfig, PullThroughCache } from '../../contract/workload/config.ts';
import type { Architecture, ImageSpec, WorkloadSpec } from '../../contract/workload/workload.ts';
import { type BuiltImage, CloudBuild } from './cloud-build.ts';
import { baseArguments, dockerfile, imageContext } from './image-context.ts';
import { allowPull, repositoryUri } from './image-pull.ts';

export interface ImagesProps {
  readonly config: LabConfig;
  /** Of workloads that are on. */
  readonly specs: readonly WorkloadSpec[];
  readonly projectRoot: string;
  /** Pulls what jobs run. */
  readonly executionRole: IRole;
  /** @default - AWS's own keys */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * Images of jobs, three ways: one that is somewhere already, one that Docker builds where `cdk deploy` runs, one that
 * CodeBuild builds in the account. Synth asks Docker for none of them.
 */
export class Images extends Construct {
  private readonly props: ImagesProps;
  private readonly cloud: CloudBuild | undefined;
  private readonly cacheRules = new Map<string, CfnPullThroughCacheRule>();

  constructor(scope: Construct, id: string, props: ImagesProps) {
    super(scope, id);
    this.props = props;
    const { config } = props;
    for (const [prefix, cache] of Object.entries(config.pullThroughCache))
      if (!cache.existing) this.cacheRules.set(prefix, this.cacheRule(prefix, cache));
    const built = props.specs.filter(each => builtKinds(config.workloads[each.name]!, each).length > 0);
    const pools = built.flatMap(each => config.workloads[each.name]!.pools);
    const architectures = new Set(pools.map(name => config.pools[name]!.architecture));
    if (config.imageBuild === 'codebuild' && built.length > 0)
      this.cloud = new CloudBuild(this, 'Build', {
        projectRoot: props.projectRoot,
        architectures: [...architectures].sort(),
        caches: config.pullThroughCache,
        compliance: config.compliance,
        encryptionKey: props.encryptionKey,
      });
    for (const rule of this.cacheRules.values()) this.cloud?.node.addDependency(rule);
  }

  /** An image of jobs for an architecture, from where the configuration says; what pulls it may. */
  of(spec: ImageSpec, { image, base }: KindConfig, architecture: Architecture): BuiltImage {
    const { projectRoot } = this.props;
    if (image !== undefined) return this.pulled(image);
    if (this.cloud) return this.cloud.image(spec, base, architecture);
    return {
      image: ContainerImage.fromAsset(projectRoot, {
        file: dockerfile(spec),
        platform: architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
        ...(base === undefined ? {} : { buildArgs: baseArguments(projectRoot, spec, base) }),
        ...imageContext(spec),
      }),
    };
  }

  private pulled(uri: string): BuiltImage {
    const { config, executionRole } = this.props;
    const cached = cachedImage(uri, config.pullThroughCache);
    if (cached) {
      allowPull(executionRole, cached, true);
      const rule = this.cacheRules.get(cached.prefix);
      const image = new NamedImage(`${repositoryUri(cached.repository)}${cached.version}`);
      return { image, ...(rule ? { built: rule } : {}) };
    }
    const ecr = parseEcrUri(uri);
    if (ecr) {
      // The address of a cache may be written out too.
      const prefix = Object.keys(config.pullThroughCache).find(each => ecr.repository.startsWith(`${each}/`));
      allowPull(executionRole, ecr, prefix !== undefined);
    }
    return { image: new NamedImage(uri) };
  }

  private cacheRule(prefix: string, { upstream, secret }: PullThroughCache): CfnPullThroughCacheRule {
    return new CfnPullThroughCacheRule(this, `Cache-${prefix}`, {
      ecrRepositoryPrefix: prefix,
      upstreamRegistryUrl: upstream,
      ...(secret ? { credentialArn: secretArn(secret) } : {}),
    });
  }
}

/** As `ContainerImage.fromRegistry`, which warns that it does not know who may pull: here that is said. */
class NamedImage extends ContainerImage {
  private readonly imageName: string;
  constructor(imageName: string) {
    super();
    this.imageName = imageName;
  }
  bind(): ContainerImageConfig {
    return { imageName: this.imageName };
  }
}

const secretArn = (secret: string): string =>
  secret.startsWith('arn:')
    ? secret
    : `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${secret}`;
