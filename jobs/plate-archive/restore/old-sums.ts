import { createHash } from 'node:crypto';

/** What the older scripts noted of a tarball beside it. */
export interface OldSums {
  /** Hex, of its `.md5`. */
  readonly md5?: string;
  /** Of its `.etag`: the ETag that an upload by parts has, MD5 of the parts' MD5s, and how many parts there were. */
  readonly etag?: { readonly md5: string; readonly parts?: number };
}

/** Reads both, `<hash>  <name>` and one line with or without quotes. */
export function readOldSums(md5: string | undefined, etag: string | undefined): OldSums {
  const whole = /^\s*([0-9a-f]{32})(?![0-9a-f])/i.exec(md5 ?? '')?.[1]?.toLowerCase();
  const [, ofParts, parts] = /^\s*"?([0-9a-f]{32})(?:-(\d+))?"?\s*$/im.exec(etag ?? '') ?? [];
  return {
    ...(whole === undefined ? {} : { md5: whole }),
    ...(ofParts === undefined
      ? {}
      : { etag: { md5: ofParts.toLowerCase(), ...(parts === undefined ? {} : { parts: Number(parts) }) } }),
  };
}

const firstPartBytes = 8 * 1024 * 1024;

/** How large the parts were: 8 MiB, doubled until there were few enough; undefined where no such size makes so many. */
function partBytesFor(size: number, parts: number): number | undefined {
  for (let bytes = firstPartBytes; ; bytes *= 2) {
    const count = Math.max(1, Math.ceil(size / bytes));
    if (count === parts) return bytes;
    if (count < parts) return undefined;
  }
}

/** Digests of a tarball while it is read. */
export interface OldDigests {
  update(bytes: Buffer): void;
  /** What of what was noted is not so; `compared`: how much could be. */
  end(): { readonly wrong: readonly ('.md5' | '.etag')[]; readonly compared: number };
}

export function oldDigests(size: number, sums: OldSums): OldDigests {
  const whole = createHash('md5');
  const { etag } = sums;
  const partBytes = etag?.parts === undefined ? undefined : partBytesFor(size, etag.parts);
  const ofParts: Buffer[] = [];
  let part = createHash('md5');
  let room = partBytes ?? Number.POSITIVE_INFINITY;
  const close = (): void => {
    ofParts.push(part.digest());
    part = createHash('md5');
    room = partBytes!;
  };
  return {
    update(bytes) {
      whole.update(bytes);
      if (partBytes === undefined) return;
      for (let from = 0; from < bytes.length; ) {
        const taken = bytes.subarray(from, from + room);
        part.update(taken);
        from += taken.length;
        room -= taken.length;
        if (room === 0) close();
      }
    },
    end() {
      const md5 = whole.digest('hex');
      if (partBytes !== undefined && (room < partBytes || ofParts.length === 0)) close();
      const found: { readonly name: '.md5' | '.etag'; readonly isWell: boolean }[] = [];
      if (sums.md5 !== undefined) found.push({ name: '.md5', isWell: sums.md5 === md5 });
      if (etag && etag.parts === undefined) found.push({ name: '.etag', isWell: etag.md5 === md5 });
      if (etag && partBytes !== undefined) {
        const all = createHash('md5').update(Buffer.concat(ofParts)).digest('hex');
        found.push({ name: '.etag', isWell: etag.md5 === all });
      }
      return {
        wrong: found.filter(({ isWell }) => !isWell).map(({ name }) => name),
        compared: found.length,
      };
    },
  };
}
