/** Media types of manifests and of lists of them: Docker's and OCI's. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

interface Manifest {
  readonly manifests?: readonly { readonly platform?: { readonly architecture?: string } }[];
  readonly config?: { readonly digest?: string };
}

/**
 * Architectures (`amd64`, `arm64`) that an image is for: an index names them, a single image's are in its
 * configuration, which `blob` reads by digest. Source: OCI image specification, image-index and config.
 */
export async function architecturesOf(
  text: string,
  blob: (digest: string) => Promise<string>,
): Promise<readonly string[]> {
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.manifests) {
    const named = manifest.manifests.flatMap(each => each.platform?.architecture ?? []);
    // Attestations stand in an index as images for "unknown".
    return [...new Set(named.filter(each => each !== 'unknown'))];
  }
  if (!manifest.config?.digest) return [];
  const { architecture } = JSON.parse(await blob(manifest.config.digest)) as { architecture?: string };
  return architecture ? [architecture] : [];
}

/** `repository:tag@digest`: the digest decides where there is one. */
export function splitReference(text: string): { readonly repository: string; readonly reference: string } {
  const [name, digest] = text.split('@');
  const colon = name!.lastIndexOf(':');
  const hasTag = colon > name!.lastIndexOf('/');
  const repository = hasTag ? name!.slice(0, colon) : name!;
  return { repository, reference: digest ?? (hasTag ? name!.slice(colon + 1) : 'latest') };
}
