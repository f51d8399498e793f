export interface ConsolidatedCommits {
  readonly names: readonly string[];
  /** Whether all of the file is understood. */
  readonly isWhole: boolean;
}

/**
 * The commits that a consolidated file names: a line each, relative to the array or to `__commits/`; after that of a delete come
 * its length in 8 bytes and the condition itself. Anything else ends the reading: what is not understood is not removed.
 * Source: TileDB storage format, "consolidated commits file".
 */
export function consolidatedCommits(file: Buffer): ConsolidatedCommits {
  const names: string[] = [];
  for (let at = 0; at < file.length; ) {
    const end = file.indexOf(0x0a, at);
    const line = end < 0 ? '' : file.toString('latin1', at, end);
    const name = /^(?:__commits\/|__fragments\/)?(__\d+_\d+_[0-9a-f-]+_\d+(?:\.[a-z]+)?)$/.exec(line)?.[1];
    if (name === undefined) return { names, isWhole: false };
    names.push(name);
    at = end + 1;
    if (name.endsWith('.del') || name.endsWith('.upd')) {
      if (at + 8 > file.length) return { names, isWhole: false };
      at += 8 + Number(file.readBigUInt64LE(at));
      if (at > file.length) return { names, isWhole: false };
    }
  }
  return { names, isWhole: true };
}
