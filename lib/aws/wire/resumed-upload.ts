import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BucketCall } from './bucket-call.ts';
import { sendAndRead, WireError } from './http.ts';
import { xmlField } from './listing/list.ts';
import { elements } from './xml.ts';

/** An upload by parts that another process may go on with: which it is, and what of it S3 has. */
export interface Resumed {
  readonly uploadId: string;
  /** By number, from 1. */
  readonly parts: ReadonlyMap<number, { readonly etag: string; readonly checksum: string }>;
}

interface Mark {
  readonly key: string;
  readonly partBytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly uploadId: string;
}

/**
 * The upload that a file of this machine remembers, where it is of the same object with the same parts and metadata, and S3
 * still has it. Whether its parts are the file's is told by their checksums.
 */
export async function findUpload(
  call: BucketCall,
  path: string,
  wanted: Omit<Mark, 'uploadId'>,
): Promise<Resumed | undefined> {
  const mark = await readMark(path);
  if (!mark) return undefined;
  const { uploadId, ...of } = mark;
  if (JSON.stringify(of) !== JSON.stringify(ordered(wanted))) return undefined;
  try {
    return { uploadId, parts: await listParts(call, mark.key, uploadId) };
  } catch (error) {
    if (error instanceof WireError && error.code === 'NoSuchUpload') return undefined;
    throw error;
  }
}

export async function rememberUpload(
  path: string,
  wanted: Omit<Mark, 'uploadId'>,
  uploadId: string,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, JSON.stringify({ ...ordered(wanted), uploadId }), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export const forgetUpload = (path: string): Promise<void> => rm(path, { force: true });

const ordered = ({ key, partBytes, metadata }: Omit<Mark, 'uploadId'>): Omit<Mark, 'uploadId'> => ({
  key,
  partBytes,
  metadata,
});

async function readMark(path: string): Promise<Mark | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Mark;
  } catch {
    // None, or one that was never whole: a new upload then.
    return undefined;
  }
}

async function listParts(call: BucketCall, key: string, uploadId: string): Promise<Resumed['parts']> {
  const parts = new Map<number, { etag: string; checksum: string }>();
  for (let after = '0'; ; ) {
    const query = { uploadId, 'max-parts': '1000', 'part-number-marker': after };
    const xml = (await sendAndRead(() => call('GET', key, { query }))).body.toString('utf8');
    for (const [from, end] of elements(xml, 'Part')) {
      const part = xml.slice(from, end);
      const etag = xmlField(part, 'ETag');
      parts.set(Number(xmlField(part, 'PartNumber')), { etag, checksum: xmlField(part, 'ChecksumSHA256') });
    }
    if (xmlField(xml, 'IsTruncated') !== 'true') return parts;
    after = xmlField(xml, 'NextPartNumberMarker');
  }
}
