import { randomUUID } from 'node:crypto';

/** What one sample's checkpoint says: all that this run has done about it. */
export interface Touch {
  /** When something was last about to be written about it, in ms since 1970 by that host. */
  readonly at: number;
  /** `there`: it was whole before this run, which has written nothing about it. */
  readonly how: 'there' | 'stored' | 'repaired';
  /** Calls of `store` that were begun with it. */
  readonly stores: number;
  /** Of the last of these calls: samples that were stored together share it. `-` where there was none. */
  readonly batch: string;
  /** Records, once an attempt has counted as many in the dataset as the index says, and has written nothing since. */
  readonly proved?: number;
}

export const newBatch = (): string => randomUUID();

export const touchText = ({ at, how, stores, batch, proved }: Touch): string =>
  [at, how, stores, batch, ...(proved === undefined ? [] : [proved])].join(' ');

/** What an image of another version has written may lack all but time and state: then it is not known how often it was stored. */
export function parseTouch(text: string): Touch {
  const [at, how, stores, batch = '-', proved] = text.split(' ');
  return {
    at: Number(at),
    how: how === 'repaired' || how === 'there' ? how : 'stored',
    stores: Number(stores ?? Number.NaN),
    batch,
    ...(proved === undefined ? {} : { proved: Number(proved) }),
  };
}
