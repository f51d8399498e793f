import { counted } from '../../lib/contract/workload/number-text.ts';
/**
 * What S3 asks for archives: list prices of us-east-1 in US dollars, as of 2026-01 (aws.amazon.com/s3/pricing). Other regions
 * ask up to twice as much; a lab's own contract may say otherwise. Gigabytes are 2^30 bytes, as S3 bills.
 */
export const storageClasses = [
  'DEEP_ARCHIVE',
  'GLACIER',
  'GLACIER_IR',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'STANDARD',
] as const;
export type StorageClass = (typeof storageClasses)[number];

export interface ClassPrice {
  /** A GiB for a month. */
  readonly month: number;
  /** 1,000 objects that come in, by upload or by a lifecycle rule. */
  readonly thousandPuts: number;
  /** Days that are billed at least. */
  readonly leastDays: number;
  /** Where objects have to be asked for first. */
  readonly cold?: ColdPlace;
  /** Reading a GiB that needs no restore. */
  readonly readGib?: number;
}

export type RestoreTier = 'Bulk' | 'Standard' | 'Expedited';

/** Where objects cannot be read before they were asked for: a class, or an archive tier of Intelligent-Tiering. */
export type ColdPlace = 'GLACIER' | 'DEEP_ARCHIVE' | 'ARCHIVE_ACCESS' | 'DEEP_ARCHIVE_ACCESS';

export interface ColdPrice {
  /** Giving back a GiB, and 1,000 requests for it, by tier; S3 refuses another. */
  readonly retrieval: Readonly<
    Partial<Record<RestoreTier, { readonly gib: number; readonly thousand: number; readonly hours: number }>>
  >;
  /** The object itself comes back, not a copy of it for some days. */
  readonly stays?: true;
}

export const coldPlaces: Readonly<Record<ColdPlace, ColdPrice>> = {
  GLACIER: {
    retrieval: {
      Bulk: { gib: 0, thousand: 0.025, hours: 12 },
      Standard: { gib: 0.01, thousand: 0.05, hours: 5 },
      Expedited: { gib: 0.03, thousand: 10, hours: 1 / 12 },
    },
  },
  DEEP_ARCHIVE: {
    retrieval: {
      Bulk: { gib: 0.0025, thousand: 0.025, hours: 48 },
      Standard: { gib: 0.02, thousand: 0.1, hours: 12 },
    },
  },
  ARCHIVE_ACCESS: {
    retrieval: {
      Bulk: { gib: 0, thousand: 0, hours: 12 },
      Standard: { gib: 0, thousand: 0, hours: 5 },
      Expedited: { gib: 0.03, thousand: 10, hours: 1 / 12 },
    },
    stays: true,
  },
  DEEP_ARCHIVE_ACCESS: {
    retrieval: {
      Bulk: { gib: 0, thousand: 0, hours: 48 },
      Standard: { gib: 0, thousand: 0, hours: 12 },
    },
    stays: true,
  },
};

export const prices: Readonly<Record<StorageClass, ClassPrice>> = {
  STANDARD: { month: 0.023, thousandPuts: 0.005, leastDays: 0 },
  INTELLIGENT_TIERING: { month: 0.023, thousandPuts: 0.01, leastDays: 0 },
  STANDARD_IA: { month: 0.0125, thousandPuts: 0.01, leastDays: 30, readGib: 0.01 },
  GLACIER_IR: { month: 0.004, thousandPuts: 0.02, leastDays: 90, readGib: 0.03 },
  GLACIER: {
    month: 0.0036,
    thousandPuts: 0.03,
    leastDays: 90,
    cold: 'GLACIER',
  },
  DEEP_ARCHIVE: {
    month: 0.00099,
    thousandPuts: 0.05,
    leastDays: 180,
    cold: 'DEEP_ARCHIVE',
  },
};

const gib = 1024 ** 3;
const getThousand = 0.0004;
const putThousand = 0.005;
const listThousand = 0.005;

export interface ArchiveSize {
  readonly objects: number;
  /** Of the objects. */
  readonly bytes: number;
  readonly tars: number;
  readonly parts: number;
  /** Of the tars and of what lies beside them. */
  readonly tarBytes: number;
  readonly besideBytes: number;
}

export interface ArchiveCost {
  readonly gets: number;
  readonly puts: number;
  /** Dollars, once. */
  readonly requests: number;
  /** Dollars a month for the archive, and for the source as STANDARD. */
  readonly month: number;
  readonly sourceMonth: number;
}

/** What an archive costs once and then every month. Verification reads every tar by ranges of 4 MiB. */
export function archiveCost(size: ArchiveSize, storageClass: StorageClass): ArchiveCost {
  const price = prices[storageClass];
  const verifyGets = Math.ceil(size.tarBytes / (4 * 1024 * 1024)) + size.objects;
  const gets = size.objects + verifyGets;
  const puts = size.parts + 2 * size.tars + 6;
  const lists = 4 * Math.ceil(size.objects / 1000);
  const isDirect = price.cold === undefined;
  return {
    gets,
    puts: puts + lists,
    requests:
      (gets * getThousand +
        puts * putThousand +
        lists * listThousand +
        (isDirect ? 0 : size.tars * price.thousandPuts)) /
      1000,
    month: (size.tarBytes / gib) * price.month + (size.besideBytes / gib) * prices.STANDARD.month,
    sourceMonth: (size.bytes / gib) * prices.STANDARD.month,
  };
}

export interface RestoreCost {
  /** Dollars for the retrieval. */
  readonly retrieval: number;
  /** Dollars for the readable copies, for the days that they stay. */
  readonly copies: number;
  /** Until they can be read, at most. */
  readonly hours: number;
}

/** What giving back whole tars costs: S3 restores objects, and our objects are tars. Undefined for a tier that is not there. */
export function restoreCost(
  tars: { readonly count: number; readonly bytes: number },
  place: ColdPlace,
  tier: RestoreTier,
  days: number,
): RestoreCost | undefined {
  const { retrieval, stays } = coldPlaces[place];
  const price = retrieval[tier];
  if (!price) return undefined;
  return {
    retrieval: (tars.bytes / gib) * price.gib + (tars.count * price.thousand) / 1000,
    copies: stays ? 0 : ((tars.bytes / gib) * prices.STANDARD.month * days) / 30,
    hours: price.hours,
  };
}

/** `48 hours`, `5 minutes`. */
export const hoursText = (hours: number): string =>
  hours < 1 ? counted(Math.round(hours * 60), 'minute') : counted(hours, 'hour');

/** As disks and networks count. */
export const gigabytes = (bytes: number): string =>
  bytes < 1e6
    ? `${(bytes / 1000).toFixed(1)} kB`
    : bytes < 1e8
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;

/** In a sentence. */
export const aboutDollars = (value: number): string =>
  value < 0.01 ? dollars(value) : `about ${dollars(value)}`;

export const dollars = (value: number): string =>
  value === 0
    ? '$0'
    : value < 0.01
      ? 'less than $0.01'
      : `$${value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US')}`;
