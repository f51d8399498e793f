import { type LabConfig, networkModes } from '../contract/workload/config.ts';
import { cachedImage, parseEcrUri } from './image-uri.ts';
import type { Say } from './say.ts';

/** A network mode that there is; and, where hosts have no way to the internet, nothing that is only there. */
export function checkNetwork(config: LabConfig, say: Say): void {
  if (!networkModes.includes(config.network)) {
    say(
      'network',
      `${JSON.stringify(config.network)} is not a network mode`,
      `one of ${networkModes.join(', ')}`,
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
  for (const [name, { enabled, image }] of Object.entries(config.workloads)) {
    if (!enabled || image === undefined || parseEcrUri(image)?.region === config.region) continue;
    const cached = cachedImage(image, config.pullThroughCache);
    // Source: docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html, "The first time an image is pulled …".
    if (cached && config.pullThroughCache[cached.prefix]!.existing) continue;
    say(
      `workloads.${name}.image`,
      cached
        ? `${image} is not in the new cache ${cached.prefix}, and hosts without a way to the internet cannot fill it`
        : `${image} is not in ECR of ${config.region}, and with private-endpoints hosts do not reach it`,
      cached
        ? `pull it once from elsewhere through a cache that is existing; or imageBuild: 'codebuild', or ${instead}`
        : `a copy in ECR, or ${instead}`,
    );
  }
}
