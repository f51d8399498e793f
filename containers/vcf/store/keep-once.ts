import { open } from 'node:fs/promises';
import type { Region } from '../../../jobs/vcf/bed.ts';
import type { VariantHeader } from '../../../jobs/vcf/header.ts';
import { writeFully } from '../../../lib/contract/run/write-fully.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { bgzfBlocks, endOfFile } from '../bgzf-blocks.ts';
import { placeOf, regionsMet } from '../export/regions-met.ts';
import { readVariantFile } from '../variant-file.ts';

/** Whether a file has a record that meets several regions: it is there once for each. */
export async function hasRepeats(path: string, regions: readonly Region[]): Promise<boolean> {
  if (regions.length < 2) return false;
  const met = regionsMet(regions);
  let found = false;
  await readVariantFile(path, {
    onRecord: (record, header) => {
      found ||= met(record, header) > 1;
    },
  });
  return found;
}

/**
 * Writes a file anew with each record once: the tool gives a record for every region that it meets, and a block of a gVCF meets
 * several. What is there as often as it meets regions is one record; twice as often, two that are alike. Answers how many records
 * are kept, or what is wrong.
 */
export async function keepOnce(
  path: string,
  to: string,
  format: 'b' | 'z' | 'v',
  regions: readonly Region[],
): Promise<number | string> {
  const met = regionsMet(regions);
  const file = await open(to, 'w');
  let pending: Buffer[] = [];
  let group: Buffer[] = [];
  let place: Buffer | undefined;
  let header: VariantHeader | undefined;
  let kept = 0;
  let problem: string | undefined;
  const endGroup = (): void => {
    for (const copies of alike(group)) {
      const regionsOfIt = Math.max(1, met(copies[0]!, header!));
      if (copies.length % regionsOfIt !== 0)
        problem ??= `holds a record ${counted(copies.length, 'time')} that meets ${counted(regionsOfIt, 'region')}`;
      const times = copies.length / regionsOfIt;
      kept += times;
      pending.push(...copies.slice(0, times));
    }
    group = [];
  };
  let rest: Buffer = Buffer.alloc(0);
  /** Whole blocks of what has come; at the end all of it. */
  const write = async (isEnd: boolean): Promise<void> => {
    const bytes = Buffer.concat([rest, ...pending]);
    pending = [];
    if (format === 'v') {
      await writeFully(file, bytes);
      return;
    }
    const { blocks, used } = bgzfBlocks(bytes, isEnd);
    rest = Buffer.from(bytes.subarray(used));
    for (const block of blocks) await writeFully(file, block);
    if (isEnd) await writeFully(file, endOfFile);
  };
  try {
    const read = await readVariantFile(path, {
      onHeader: (bytes, found) => {
        header = found;
        pending.push(Buffer.from(bytes));
      },
      onRecord: (record, found) => {
        const here = placeOf(record, found);
        if (place && !here.equals(place)) endGroup();
        place = Buffer.from(here);
        group.push(Buffer.from(record));
      },
      afterChunk: () => write(false),
    });
    if (typeof read === 'string') return read;
    if (group.length > 0) endGroup();
    await write(true);
    return problem ?? kept;
  } finally {
    await file.close();
  }
}

/** Records of one place in groups of those that are byte for byte alike, in their order. */
function alike(records: readonly Buffer[]): readonly (readonly Buffer[])[] {
  if (records.length === 1) return [records];
  return [...Map.groupBy(records, record => record.toString('latin1')).values()];
}
