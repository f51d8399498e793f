import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { AwsError } from './http/service.ts';

/** Whether a write failed for want of room: on the disk, or in a user's share of it. */
export const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** What a request is answered that would have been written down. Nothing of it was done. */
export const noRoom = (): AwsError =>
  new AwsError(
    'InternalError',
    500,
    'no space left in the folder of the twin (.lab/twin, or LAB_TWIN_FOLDER): free some; it goes on by itself',
  );

/** How often room is looked for, in ms. */
export const roomMs = 500;

export type Append = (file: number, text: string) => void;

/** Appends all of a text or none of it: what a full disk has taken the beginning of is taken back. */
export const appendWhole: Append = (file, text) => {
  const before = fstatSync(file).size;
  const bytes = Buffer.from(text);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  } catch (error) {
    if (isFull(error)) ftruncateSync(file, before);
    throw error;
  }
};
