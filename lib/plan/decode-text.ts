import { LabError } from '../contract/workload/errors.ts';

/** UTF-8 text without its BOM. Throws LabError with the offset of the first byte that is not UTF-8. */
export function decodeText(bytes: Buffer, source: string): string {
  const text = bytes.toString('utf8');
  const again = Buffer.from(text, 'utf8');
  if (!again.equals(bytes)) {
    let offset = 0;
    while (bytes[offset] === again[offset]) offset++;
    const value = bytes[offset];
    throw new LabError({
      where: source,
      message: `is not UTF-8: byte ${value === undefined ? 'missing' : `0x${value.toString(16).padStart(2, '0')}`} at offset ${offset}`,
      fix: `save it as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 ${source}`,
    });
  }
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
