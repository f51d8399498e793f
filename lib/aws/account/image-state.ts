import { BatchGetImageCommand, ECRClient, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import type { Account, ImageAnswer } from '../../contract/ports/account.ts';
import type { Endpoint } from '../endpoint.ts';
import { unless } from '../read/unless.ts';
import { architecturesOf, manifestTypes, splitReference } from './image-manifest.ts';
import { readingConfig } from './reading.ts';
import { registryImage } from './registry.ts';

/** Images by their manifests: in ECR over its API, elsewhere as anyone would pull them. */
export function imageState(endpoint: Endpoint): Pick<Account, 'image'> {
  return {
    image: uri => {
      const own = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.(?:com(?:\.cn)?|eu)\/(.+)$/.exec(
        uri,
      );
      if (!own) return registryImage(uri);
      const [, registryId, region, rest] = own;
      const client = new ECRClient(readingConfig({ ...endpoint, region: region! }));
      return ecrImage(client, registryId!, rest!);
    },
  };
}

async function ecrImage(client: ECRClient, registryId: string, rest: string): Promise<ImageAnswer> {
  const { repository, reference } = splitReference(rest);
  const imageId = reference.startsWith('sha256:') ? { imageDigest: reference } : { imageTag: reference };
  const call = client.send(
    new BatchGetImageCommand({
      registryId,
      repositoryName: repository,
      imageIds: [imageId],
      acceptedMediaTypes: [...manifestTypes],
    }),
  );
  const answer = await unless(call, ['RepositoryNotFoundException']);
  if (!answer) return { state: 'missing', message: `ECR has no repository ${repository}` };
  const manifest = answer.images?.[0]?.imageManifest;
  if (!manifest)
    return { state: 'missing', message: answer.failures?.[0]?.failureReason ?? 'ECR does not have it' };
  const architectures = await architecturesOf(manifest, async layerDigest => {
    const { downloadUrl } = await client.send(
      new GetDownloadUrlForLayerCommand({ registryId, repositoryName: repository, layerDigest }),
    );
    const body = await fetch(downloadUrl!, { signal: AbortSignal.timeout(20_000) });
    return body.text();
  });
  return { state: 'found', architectures };
}
