import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PriceTable, readPrices } from '../report/prices.ts';

/** Where the repository has its table of prices. */
export const pricesFile = join(import.meta.dirname, '../../prices.json');

/** Throws LabError for a table that is none. */
export const readPriceTable = async (): Promise<PriceTable> =>
  readPrices(await readFile(pricesFile, 'utf8'), 'prices.json');
