/** The frozen list and the index, read for verification alone. Nothing is believed that is not compared. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: string;
  readonly versionId?: string;
  readonly checksum?: string;
}

export interface ListHead {
  readonly format: string;
  readonly project: string;
  readonly batch: string;
  readonly plate: string;
  readonly plateFull: string;
  readonly bucket: string;
  readonly frozenAt: string;
  readonly objects: number;
  readonly bytes: number;
  readonly folders: readonly { readonly name: string; readonly prefix: string }[];
}

/** What the index alone has of an object. */
export interface IndexedMember {
  readonly key: string;
  readonly tar?: number;
  readonly offset?: number;
  readonly member?: string;
  readonly sha256: string;
  readonly crc32: string;
}

export interface IndexedObject extends IndexedMember {
  readonly size: number;
  readonly etag: string;
  readonly versionId?: string;
  readonly modified: string;
}

/** Every line of a file of JSON lines. Throws where a line is none, or the last one has no end. */
export function* jsonLines(bytes: Buffer): Iterable<unknown> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    if (end < 0) throw new Error('the last line has no end');
    yield JSON.parse(bytes.toString('utf8', from, end));
    from = end + 1;
  }
}

/** The key that a member's name stands for, by the rules of docs/plate-archive.md. Undefined for a name that none has. */
export function keyOfName(name: string): string | undefined {
  if (!name.startsWith('data/')) return undefined;
  const rest = name.slice(5);
  if (!rest.startsWith('%escaped/')) return rest;
  if (!rest.endsWith('%')) return undefined;
  const components: string[] = [];
  let joined = '';
  for (const component of rest.slice(9, -1).split('/')) {
    if (component.endsWith('%+')) {
      joined += component.slice(0, -2);
      continue;
    }
    components.push(
      component === '%empty' ? '' : (joined + component).replace(/(?:%[0-9A-F]{2})+/g, decodeURIComponent),
    );
    joined = '';
  }
  return components.join('/');
}
