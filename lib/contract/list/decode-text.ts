import { isUtf8 } from 'node:buffer';
import { LabError, type Problem } from '../workload/errors.ts';
import { linesIn } from './list-text.ts';

/**
 * A list's text as UTF-8 without its BOM: as it stands there, or from UTF-16 where a BOM says so, as Excel and PowerShell write it.
 * Throws LabError that names the encoding or the file format it seems to be.
 */
export function decodeText(bytes: Buffer, source: string): Buffer {
  const problem = formatProblem(bytes, source);
  if (problem) throw new LabError(problem);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, 'utf-16le', source);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, 'utf-16be', source);
  if (!isUtf8(bytes)) throw new LabError(notUtf8(bytes, source));
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

const utf16AtOnce = 1024 * 1024;

function decodeUtf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be', source: string): Buffer {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    const pieces: Buffer[] = [];
    for (let from = 0; from < bytes.length; from += utf16AtOnce) {
      const piece = bytes.subarray(from, from + utf16AtOnce);
      pieces.push(Buffer.from(decoder.decode(piece, { stream: from + utf16AtOnce < bytes.length })));
    }
    return Buffer.concat(pieces);
  } catch {
    throw new LabError({
      where: source,
      message: `begins as ${encoding.toUpperCase()} and is not: it is cut or mixed`,
      fix: 'save it anew as UTF-8',
    });
  }
}

/** A file that is no text at all, by its first bytes. */
function formatProblem(bytes: Buffer, source: string): Problem | undefined {
  const begins = (...magic: number[]): boolean => magic.every((byte, index) => bytes[index] === byte);
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
  const nul = bytes.subarray(0, 4096).indexOf(0);
  if (nul < 0 || begins(0xff, 0xfe) || begins(0xfe, 0xff)) return undefined;
  return {
    where: source,
    message: `holds a NUL byte at offset ${nul}: it is UTF-16 without a BOM, or no text`,
    fix: `iconv -f ${nul % 2 === 0 ? 'UTF-16BE' : 'UTF-16LE'} -t UTF-8 ${source}`,
  };
}

function notUtf8(bytes: Buffer, source: string): Problem {
  const { line, offset } = firstBad(bytes);
  const value = bytes[offset];
  return {
    where: `${source} line ${line}`,
    message: `is not UTF-8: byte ${value === undefined ? 'missing' : `0x${value.toString(16).padStart(2, '0')}`} at offset ${offset}`,
    fix: `save it as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 ${source}`,
  };
}

/** The first byte that is none of UTF-8, and the line that it is in. No character has a line's end in it: lines can be tried alone. */
function firstBad(bytes: Buffer): { readonly line: number; readonly offset: number } {
  let from = 0;
  let end = bytes.indexOf(newline);
  for (; end >= 0 && isUtf8(bytes.subarray(from, end)); end = bytes.indexOf(newline, from)) from = end + 1;
  const bad = bytes.subarray(from, end < 0 ? undefined : end);
  const again = Buffer.from(bad.toString('utf8'));
  let offset = 0;
  while (bad[offset] === again[offset]) offset++;
  let line = 1;
  for (const _ of linesIn(bytes.subarray(0, from))) line++;
  return { line: line + bad.toString('latin1', 0, offset).split('\r').length - 1, offset: from + offset };
}

const newline = 0x0a;
