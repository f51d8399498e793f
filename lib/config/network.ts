import { type ExistingNetworkConfig, type LabConfig, networkModes } from '../contract/workload/config.ts';
import { cachedImage, parseEcrUri } from './image-uri.ts';
import { namedImages } from './kind-image.ts';
import { type Say, unknownFields } from './say.ts';

/** A network mode that there is; and, where hosts have no way to the internet, nothing that is only there. */
export function checkNetwork(config: LabConfig, say: Say): void {
  checkRegistries(config, say);
  checkNda(config, say);
  if (typeof config.network === 'object' && config.network !== null) {
    checkExisting(config.network, config, say);
    return;
  }
  if (!networkModes.includes(config.network)) {
    say(
      'network',
      `${JSON.stringify(config.network)} is not a network mode`,
      `one of ${networkModes.join(', ')}, or { vpc: 'vpc-…', subnets: ['subnet-…'] }`,
    );
    return;
  }
  if (config.network !== 'private-endpoints') return;
  const instead = "network: 'private-nat' has a way to the internet";
  for (const [name, dataset] of Object.entries(config.datasets)) {
    if (dataset.access === 'nda')
      say(
        `datasets.${name}`,
        'is downloaded from nda.nih.gov, and with private-endpoints hosts do not reach it',
        instead,
      );
    // The gateway endpoint of S3 is its region's alone.
    else if (dataset.region !== config.region)
      say(
        `datasets.${name}.region`,
        `${dataset.region} is not the lab’s region ${config.region}, and with private-endpoints hosts do not reach it`,
        `region: '${dataset.region}' for the lab, a copy of the data in ${config.region}, or ${instead}`,
      );
  }
  for (const [name, { enabled, places = {} }] of Object.entries(config.workloads))
    for (const [place, { region }] of Object.entries(enabled ? places : {}))
      if (region !== config.region)
        say(
          `workloads.${name}.places.${place}.region`,
          `${region} is not the lab’s region ${config.region}, and with private-endpoints hosts do not reach it`,
          `region: '${region}' for the lab, or ${instead}`,
        );
  for (const { where, uri: image } of pulledImages(config)) {
    if (parseEcrUri(image)?.region === config.region) continue;
    const cached = cachedImage(image, config.pullThroughCache);
    // Source: docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html, "The first time an image is pulled …".
    if (cached && config.pullThroughCache[cached.prefix]!.existing) continue;
    say(
      where,
      cached
        ? `${image} is not in the new cache ${cached.prefix}, and hosts without a way to the internet cannot fill it`
        : `${image} is not in ECR of ${config.region}, and with private-endpoints hosts do not reach it`,
      cached
        ? `pull it once from elsewhere through a cache that is existing; or imageBuild: 'codebuild', or ${instead}`
        : `a copy in ECR, or ${instead}`,
    );
  }
}

/** Registries that answer a caller in AWS with an address of S3, which the endpoint of a lab under compliance lets nobody through to. */
const answerWithS3 = ['quay.io', 'registry.k8s.io'];

function checkRegistries(config: LabConfig, say: Say): void {
  if (!config.compliance) return;
  for (const { where, uri: image } of pulledImages(config)) {
    const registry = answerWithS3.find(each => image.startsWith(`${each}/`));
    if (!registry || cachedImage(image, config.pullThroughCache)) continue;
    say(
      where,
      `${registry} keeps layers in buckets of S3 that a lab under compliance does not reach`,
      `pullThroughCache: { ${registry.split('.')[0]}: { upstream: '${registry}' } }, or a copy in ECR`,
    );
  }
}

/** What hosts pull as it is named: what a Dockerfile builds on is pulled by its build. */
const pulledImages = ({ workloads }: LabConfig) =>
  Object.entries(workloads)
    .filter(([, { enabled }]) => enabled)
    .flatMap(([name, workload]) => namedImages(name, workload).filter(each => !each.isBase));

/** Where NDA's buckets are: from another region hosts reach them past the endpoint, which is its region's alone. */
const ndaRegion = 'us-east-1';

/** NDA's downloads are requests to S3 that NDA has signed; the endpoint of a lab under compliance lets them through to named buckets. */
function checkNda({ compliance, region, datasets }: LabConfig, say: Say): void {
  if (!compliance || region !== ndaRegion) return;
  for (const [name, { access, buckets = [] }] of Object.entries(datasets))
    if (access === 'nda' && buckets.length === 0)
      say(
        `datasets.${name}.buckets`,
        `names no bucket, and a lab under ${compliance} reaches in S3 of ${region} what is named`,
        "those of the package's files, as its list on nda.nih.gov has them: buckets: ['NDAR_Central_1']",
      );
}

function checkExisting(network: ExistingNetworkConfig, { compliance }: LabConfig, say: Say): void {
  unknownFields(network, ['vpc', 'subnets'], 'network.', say);
  const id = (kind: string): RegExp => new RegExp(`^${kind}-[0-9a-f]{8,17}$`);
  if (!id('vpc').test(String(network.vpc)))
    say(
      'network.vpc',
      `${JSON.stringify(network.vpc)} is not a VPC’s id`,
      'aws ec2 describe-vpcs shows them: vpc-0123456789abcdef0',
    );
  const subnets: readonly unknown[] = Array.isArray(network.subnets) ? network.subnets : [];
  if (subnets.length === 0)
    say('network.subnets', 'names no subnet', "those that hosts start in: ['subnet-0123456789abcdef0']");
  for (const subnet of new Set(subnets))
    if (!id('subnet').test(String(subnet)))
      say(
        'network.subnets',
        `${JSON.stringify(subnet)} is not a subnet’s id`,
        `aws ec2 describe-subnets --filters Name=vpc-id,Values=${network.vpc} shows them`,
      );
    else if (subnets.indexOf(subnet) !== subnets.lastIndexOf(subnet))
      say('network.subnets', `${subnet} is there twice`, 'once is enough');
  if (compliance)
    say(
      'compliance',
      'cannot be held in a VPC that is not the stack’s: its routes, endpoints and flow logs are not ours to see',
      "network: 'private-nat' or 'private-endpoints'",
    );
}
