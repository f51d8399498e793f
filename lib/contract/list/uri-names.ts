/** What `s3://bucket/key` is; undefined for anything else. */
export const isUri = (text: string): boolean => /^s3:\/\/[^/\s]+\/[^\s].*$/.test(text);

/** A file's name without folder and without suffix: `s1` of `s3://b/x/s1.vcf.gz`, `s1.g` of `s1.g.vcf.gz`. */
export function baseName(uri: string): string {
  const file = uri.replace(/\/+$/, '').split('/').at(-1)!;
  const bare = file.replace(/\.(?:gz|bgz|bz2|zst|xz)$/i, '').replace(/\.[A-Za-z][A-Za-z0-9]{0,8}$/, '');
  return bare === '' ? file : bare;
}

/**
 * A name an address: its base name, and where several files share one, with as many of the folders above as tell them
 * apart. Equal addresses get equal names.
 */
export function uriNames(uris: readonly string[]): readonly string[] {
  const groups = new Map<string, Set<string>>();
  for (const uri of uris) {
    const base = baseName(uri);
    groups.set(base, (groups.get(base) ?? new Set()).add(uri));
  }
  const names = new Map<string, string>();
  for (const [base, group] of groups) {
    if (group.size === 1) names.set([...group][0]!, base);
    else for (const [uri, name] of apart(base, [...group])) names.set(uri, name);
  }
  return uris.map(uri => names.get(uri)!);
}

function apart(base: string, uris: readonly string[]): readonly (readonly [string, string])[] {
  const folders = uris.map(uri => uri.slice('s3://'.length).split('/').slice(0, -1));
  const deepest = folders.reduce((most, parts) => Math.max(most, parts.length), 0);
  for (let depth = 1; depth <= deepest; depth++) {
    const names = folders.map(parts => [...parts.slice(-depth), base].join('/'));
    if (new Set(names).size === uris.length) return uris.map((uri, index) => [uri, names[index]!]);
  }
  // The same folder has `s1.vcf` and `s1.bcf`: their files' own names tell.
  return uris.map(uri => [uri, uri.split('/').at(-1)!]);
}
