import { closeSync, openSync, readSync } from 'node:fs';

const chunk = 256 * 1024;

/** Lines of a file, without their ends, a piece of it in memory. It is open only while a piece is read: there may be thousands. */
export function* textLines(path: string): Generator<string, void> {
  const buffer = Buffer.alloc(chunk);
  let rest = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const file = openSync(path, 'r');
    const read = readSync(file, buffer, 0, chunk, at);
    closeSync(file);
    at += read;
    const bytes =
      rest.length > 0 ? Buffer.concat([rest, buffer.subarray(0, read)]) : buffer.subarray(0, read);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end > 0) yield* bytes.toString('utf8', 0, end - 1).split('\n');
    rest = Buffer.from(bytes.subarray(end));
    if (read > 0) continue;
    if (rest.length > 0) yield rest.toString('utf8');
    return;
  }
}
