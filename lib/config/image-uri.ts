import type { PullThroughCache } from '../contract/workload/config.ts';

/** An image's URI in its parts, as Docker understands it. */
export interface ImageUri {
  /** `docker.io` where none is said. */
  readonly registry: string;
  /** `library/` for Docker's official images. */
  readonly repository: string;
  /** `:tag`, `@sha256:…`, both, or nothing. */
  readonly version: string;
}

/**
 * The parts of `[registry/]repository[:tag][@digest]`; undefined where it is none.
 * Source: github.com/distribution/reference, what `docker pull` takes.
 */
export function parseImageUri(uri: string): ImageUri | undefined {
  const found = /^([a-zA-Z0-9._:/-]+?)((?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?)$/.exec(uri);
  if (!found) return undefined;
  const [first = '', ...rest] = found[1]!.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = named ? first : 'docker.io';
  const path = named ? rest : [first, ...rest];
  if (named && !/^[a-zA-Z0-9.-]+(:\d+)?$/.test(first)) return undefined;
  if (!path.every(each => /^[a-z0-9]+([._-]+[a-z0-9]+)*$/.test(each))) return undefined;
  const isHub = hubNames.includes(registry);
  return {
    registry: isHub ? 'docker.io' : registry,
    repository: isHub && path.length === 1 ? `library/${path[0]}` : path.join('/'),
    version: found[2]!,
  };
}

/** Names of Docker Hub: the last is the one that ECR knows. */
const hubNames = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** A repository of ECR, with the account and region that it is in. */
export interface EcrImage extends ImageUri {
  readonly account: string;
  readonly region: string;
}

/** An image of a private registry of ECR, of this account or another; undefined for any other. */
export function parseEcrUri(uri: string): EcrImage | undefined {
  const image = parseImageUri(uri);
  const found = image && ecrHost.exec(image.registry);
  return found ? { ...image, account: found[1]!, region: found[2]! } : undefined;
}

const ecrHost =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws)$/;

export interface CachedImage {
  /** Of the cache. */
  readonly prefix: string;
  readonly repository: string;
  readonly version: string;
}

/** The repository of ECR that a pull-through cache keeps an image's copy in; undefined where no cache has its registry. */
export function cachedImage(
  uri: string,
  caches: Readonly<Record<string, PullThroughCache>>,
): CachedImage | undefined {
  const image = parseImageUri(uri);
  const registry = image?.registry === 'docker.io' ? 'registry-1.docker.io' : image?.registry;
  const cache = Object.entries(caches).find(([, each]) => each.upstream === registry);
  if (!image || !cache) return undefined;
  const [prefix] = cache;
  return { prefix, repository: `${prefix}/${image.repository}`, version: image.version };
}
