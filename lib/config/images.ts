import { imageBuilds, type LabConfig, type PullThroughCache } from '../contract/workload/config.ts';
import type { LabConfigInput, PullThroughCacheInput } from './define-lab.ts';
import { parseImageUri } from './image-uri.ts';
import { namedImages } from './kind-image.ts';
import { mapValues, type Say, unknownFields } from './say.ts';

/** Registries that ECR caches, and whether they want a login. Azure's have a name of their own each. */
const upstreams: readonly { readonly name: RegExp; readonly login: boolean }[] = [
  { name: /^registry-1\.docker\.io$/, login: true },
  { name: /^ghcr\.io$/, login: true },
  { name: /^registry\.gitlab\.com$/, login: true },
  { name: /^cgr\.dev$/, login: true },
  { name: /^[a-z0-9]+\.azurecr\.io$/, login: true },
  { name: /^public\.ecr\.aws$/, login: false },
  { name: /^quay\.io$/, login: false },
  { name: /^registry\.k8s\.io$/, login: false },
];

const secretStart = 'ecr-pullthroughcache/';

export const resolveCaches = (input: LabConfigInput['pullThroughCache']): Record<string, PullThroughCache> =>
  mapValues(input ?? {}, ({ upstream, secret, existing }) => ({
    upstream: upstream === 'docker.io' ? 'registry-1.docker.io' : upstream,
    existing: existing ?? false,
    ...(secret ? { secret } : {}),
  }));

/** How images come about: the build that there is, caches that ECR takes, URIs that are some. */
export function checkImages(config: LabConfig, input: LabConfigInput, say: Say): void {
  if (!imageBuilds.includes(config.imageBuild))
    say(
      'imageBuild',
      `${JSON.stringify(config.imageBuild)} is no way to build images`,
      `one of ${imageBuilds.join(', ')}`,
    );
  for (const [prefix, cache] of Object.entries(config.pullThroughCache))
    checkCache(prefix, cache, input.pullThroughCache![prefix]!, config.region, say);
  const names = Object.values(config.pullThroughCache).map(each => each.upstream);
  for (const twice of new Set(names.filter((each, index) => names.indexOf(each) !== index)))
    say('pullThroughCache', `has ${twice} twice`, 'one prefix for each registry');
  for (const [name, workload] of Object.entries(config.workloads))
    for (const { where, uri } of namedImages(name, workload))
      if (!parseImageUri(uri))
        say(
          where,
          `${JSON.stringify(uri)} is no image’s URI`,
          'registry/repository:tag, or registry/repository@sha256:…',
        );
}

function checkCache(
  prefix: string,
  { upstream, secret, existing }: PullThroughCache,
  input: PullThroughCacheInput,
  region: string,
  say: Say,
): void {
  const where = `pullThroughCache.${prefix}`;
  unknownFields(input, ['upstream', 'secret', 'existing'], `${where}.`, say);
  // Source: docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
  if (!/^(?=.{2,30}$)[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/.test(prefix))
    say(where, 'is no prefix of repositories', '2 to 30 small letters, digits, and - _ . / between them');
  const known = upstreams.find(each => each.name.test(upstream));
  if (!known)
    say(
      `${where}.upstream`,
      `${JSON.stringify(upstream)} is no registry that ECR caches`,
      'registry-1.docker.io, ghcr.io, quay.io, public.ecr.aws, registry.k8s.io, registry.gitlab.com, cgr.dev or <name>.azurecr.io',
    );
  if (existing) {
    if (secret !== undefined)
      say(`${where}.secret`, 'is for a cache that the lab makes, and this one is existing');
    return;
  }
  if (known?.login && secret === undefined)
    say(
      `${where}.secret`,
      `is not given, and ECR caches ${upstream} only with a login`,
      `a secret of Secrets Manager named ${secretStart}…, with username and accessToken`,
    );
  if (known && !known.login && secret !== undefined)
    say(`${where}.secret`, `is not for ${upstream}, which takes no login`);
  if (secret !== undefined) checkSecret(`${where}.secret`, secret, region, say);
}

function checkSecret(where: string, secret: string, region: string, say: Say): void {
  const arn = /^arn:[a-z-]+:secretsmanager:([a-z0-9-]+):\d{12}:secret:(.+)$/.exec(secret);
  const name = secret.startsWith('arn:') ? arn?.[2] : secret;
  if (name === undefined || !/^ecr-pullthroughcache\/[\w+=.@/-]+$/.test(name))
    say(
      where,
      `${JSON.stringify(secret)} does not begin with ${secretStart}, and ECR refuses any other`,
      `aws secretsmanager create-secret --name ${secretStart}docker-hub …`,
    );
  if (arn && arn[1] !== region) say(where, `is in ${arn[1]}, and ECR reads it in the lab’s region ${region}`);
}
