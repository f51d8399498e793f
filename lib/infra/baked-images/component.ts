import { Aws } from 'aws-cdk-lib';
import type { BakedImage } from '../../contract/workload/baked-image.ts';

/**
 * What a baked image has over the ECS-optimized Amazon Linux 2023 that it starts from, as a component of Image Builder's.
 * Source: docs.aws.amazon.com/imagebuilder, "Use component documents", S3Download and ExecuteBash.
 */
export function componentDocument({ referenceData, containerImages, architecture }: BakedImage): object {
  return {
    name: 'arraylab',
    schemaVersion: 1.0,
    phases: [
      {
        name: 'build',
        steps: [
          ...referenceData.map((uri, at) => referenceStep(uri, at)),
          ...(containerImages.length > 0
            ? [bash('ContainerImages', pull(containerImages, architecture))]
            : []),
          // The agent's state would make every host of this image the one that it was baked on.
          bash('AgentState', ['systemctl stop ecs || true', 'rm -rf /var/lib/ecs/data/*']),
        ],
      },
      {
        name: 'validate',
        steps: [
          bash('Validate', [
            ...referenceData.map(uri => `[ -n "$(ls -A ${folderOf(uri)})" ]`),
            ...containerImages.map(image => `docker image inspect ${image} > /dev/null`),
            'test -f /usr/lib/systemd/system/ecs.service',
            '[ -z "$(ls -A /var/lib/ecs/data 2> /dev/null)" ]',
          ]),
        ],
      },
    ],
  };
}

/** Where reference data are on a host of a baked image: containers see it as /reference. */
export const referenceFolder = '/opt/arraylab/reference';

/** `s3://bucket/genomes/hg38/` is below `/reference/genomes/hg38`. */
function folderOf(uri: string): string {
  const path = uri.replace(/^s3:\/\/[^/]+\/?/, '').replace(/\/$/, '');
  return path === '' ? referenceFolder : `${referenceFolder}/${path}`;
}

const referenceStep = (uri: string, at: number): object => ({
  name: `Reference${at}`,
  action: 'S3Download',
  timeoutSeconds: 21_600,
  maxAttempts: 3,
  inputs: [{ source: `${uri}*`, destination: `${folderOf(uri)}/`, overwrite: true }],
});

function pull(images: readonly string[], architecture: BakedImage['architecture']): readonly string[] {
  const registries = [
    ...new Set(images.map(image => image.split('/')[0]!).filter(host => host.includes('.dkr.ecr.'))),
  ];
  const helpers = Object.fromEntries(registries.map(registry => [registry, 'ecr-login']));
  return [
    ...(registries.length > 0
      ? [
          'dnf install -y -q amazon-ecr-credential-helper',
          // Of the bake alone: what is written here is in every host.
          'export DOCKER_CONFIG=$(mktemp -d)',
          `echo '${JSON.stringify({ credHelpers: helpers })}' > $DOCKER_CONFIG/config.json`,
        ]
      : []),
    'systemctl start docker',
    ...images.map(image => `docker pull --quiet --platform ${platforms[architecture]} ${image}`),
    // Says where Docker keeps its images: a host of this image leaves Docker's storage where they are.
    'mkdir -p /opt/arraylab && touch /opt/arraylab/images-on-root',
    ...(registries.length > 0 ? ['rm -rf $DOCKER_CONFIG'] : []),
  ];
}

const platforms = { arm64: 'linux/arm64', x86_64: 'linux/amd64' } as const;

const bash = (name: string, commands: readonly string[]): object => ({
  name,
  action: 'ExecuteBash',
  timeoutSeconds: 7200,
  inputs: { commands: ['set -euo pipefail', ...commands] },
});

/** ARNs of what is read from S3 while it is baked. */
export const referenceArns = (image: BakedImage): readonly string[] =>
  image.referenceData.map(uri => `arn:${Aws.PARTITION}:s3:::${uri.slice('s3://'.length)}*`);

export const referenceBuckets = (image: BakedImage): readonly string[] => [
  ...new Set(image.referenceData.map(uri => `arn:${Aws.PARTITION}:s3:::${uri.split('/')[2]!}`)),
];
