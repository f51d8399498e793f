import { isUtf8 } from 'node:buffer';
import { LabError, type Problem } from '../workload/errors.ts';
import { type Bytes, part, piecesOf } from './bytes.ts';
import { Lines } from './lines.ts';
import { lineEnds, linePieces, linesOf } from './list-text.ts';

/**
 * A list's text as UTF-8 without its BOM: as it stands there, or from UTF-16 where a BOM says so, as Excel and PowerShell write it.
 * Throws LabError that names the encoding or the file format it seems to be.
 */
export function decodeText(bytes: Bytes, source: string): Bytes {
  const start = Buffer.from(bytes.slice(0, Math.min(bytes.length, 4096)));
  const problem = formatProblem(start, source);
  if (problem) throw new LabError(problem);
  if (start[0] === 0xff && start[1] === 0xfe) return decodeUtf16(bytes, 'utf-16le', source);
  if (start[0] === 0xfe && start[1] === 0xff) return decodeUtf16(bytes, 'utf-16be', source);
  if (!isText(bytes)) throw new LabError(notUtf8(bytes, source));
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? part(bytes, 3) : bytes;
}

function isText(bytes: Bytes): boolean {
  for (let from = 0; from < bytes.length; ) {
    const piece = bytes.slice(from, Math.min(bytes.length, from + atOnce));
    const whole = from + piece.length === bytes.length ? piece : wholeLetters(piece);
    if (!isUtf8(whole)) return false;
    from += whole.length;
  }
  return true;
}

/** Without the beginning of a letter whose other bytes come next. */
function wholeLetters(piece: Buffer): Buffer {
  let end = piece.length - 1;
  while (end > piece.length - 4 && (piece[end]! & 0xc0) === 0x80) end--;
  return piece[end]! < 0x80 ? piece : piece.subarray(0, end);
}

const atOnce = 64 * 1024;

function decodeUtf16(bytes: Bytes, encoding: 'utf-16le' | 'utf-16be', source: string): Bytes {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const text = new Lines();
  try {
    for (const piece of piecesOf(bytes)) text.append(Buffer.from(decoder.decode(piece, { stream: true })));
    text.append(Buffer.from(decoder.decode()));
    return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new LabError({
      where: source,
      message: `begins as ${encoding.toUpperCase()} and is not: it is cut or mixed`,
      fix: 'save it anew as UTF-8',
    });
  }
}

/** A file that is no text at all, by its first bytes. */
function formatProblem(start: Buffer, source: string): Problem | undefined {
  const begins = (...magic: number[]): boolean => magic.every((byte, index) => start[index] === byte);
  if (begins(0x50, 0x4b, 0x03, 0x04))
    return {
      where: source,
      message: 'is a workbook or a zip file, not a list',
      fix: 'save the sheet as CSV (UTF-8)',
    };
  if (begins(0xd0, 0xcf, 0x11, 0xe0))
    return {
      where: source,
      message: 'is an Excel workbook, not a list',
      fix: 'save the sheet as CSV (UTF-8)',
    };
  if (begins(0x1f, 0x8b))
    return {
      where: source,
      message: 'is compressed',
      fix: `gunzip -c ${source} and give its output by stdin: -`,
    };
  if (begins(0xff, 0xfe, 0, 0) || begins(0, 0, 0xfe, 0xff))
    return { where: source, message: 'is UTF-32', fix: `iconv -f UTF-32 -t UTF-8 ${source}` };
  const nul = start.indexOf(0);
  if (nul < 0 || begins(0xff, 0xfe) || begins(0xfe, 0xff)) return undefined;
  return {
    where: source,
    message: `holds a NUL byte at offset ${nul}: it is UTF-16 without a BOM, or no text`,
    fix: `iconv -f ${nul % 2 === 0 ? 'UTF-16BE' : 'UTF-16LE'} -t UTF-8 ${source}`,
  };
}

function notUtf8(bytes: Bytes, source: string): Problem {
  const { line, offset, value } = firstBad(bytes);
  return {
    where: `${source} line ${line}`,
    message: `is not UTF-8: byte ${value === undefined ? 'missing' : `0x${value.toString(16).padStart(2, '0')}`} at offset ${offset}`,
    fix: `save it as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 ${source}`,
  };
}

/** The first byte that is none of UTF-8, and the line that it is in. No character has a line's end in it: lines can be tried alone. */
function firstBad(bytes: Bytes): {
  readonly line: number;
  readonly offset: number;
  readonly value: number | undefined;
} {
  let from = 0;
  let line = 1;
  for (const piece of linePieces(bytes)) {
    if (isUtf8(piece)) {
      from += piece.length;
      line += linesOf(piece).length;
      continue;
    }
    const again = Buffer.from(piece.toString('utf8'));
    let offset = 0;
    while (piece[offset] === again[offset]) offset++;
    const before = piece.toString('latin1', 0, offset).split(lineEnds).length - 1;
    return { line: line + before, offset: from + offset, value: piece[offset] };
  }
  throw new Error('all of it is UTF-8');
}
