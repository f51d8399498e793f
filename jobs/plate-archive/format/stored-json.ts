import { PlateError } from '../plate/plate-error.ts';

/** A file of an archive that is JSON. Throws PlateError, with the file's name, where it is not what was written. */
export function storedJson<T>(bytes: Buffer, name: string): T {
  try {
    return JSON.parse(bytes.toString('utf8')) as T;
  } catch {
    throw new PlateError([`${name} is damaged: it is no JSON`]);
  }
}
