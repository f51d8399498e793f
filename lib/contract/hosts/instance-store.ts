/** NVMe disks of an instance type's own: how many, and the size of each in GB (10^9 bytes). */
export interface InstanceStore {
  readonly disks: number;
  readonly diskGB: number;
}

/**
 * The instance store of a type (`i4i.2xlarge`), or undefined where it has none or we have no facts of its family.
 * Source: EC2's DescribeInstanceTypes, InstanceStorageInfo; docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html.
 */
export function instanceStore(name: string): InstanceStore | undefined {
  const [family = '', size = ''] = name.split('.');
  const found = families.get(family)?.[size];
  return found && { disks: found[0], diskGB: found[1] };
}

/** Families with an instance store, for messages. */
export const instanceStoreFamilies = (): readonly string[] => [...families.keys()];

/** Size in GiB of all disks together, as RAID 0 joins them. */
export const instanceStoreGiB = ({ disks, diskGB }: InstanceStore): number =>
  Math.floor((disks * diskGB * 1e9) / 1024 ** 3);

type Sizes = Readonly<Record<string, readonly [disks: number, diskGB: number]>>;

// What all families of general, compute and memory types share up to 8xlarge.
const upTo8: Sizes = {
  large: [1, 118],
  xlarge: [1, 237],
  '2xlarge': [1, 474],
  '4xlarge': [1, 950],
  '8xlarge': [1, 1900],
};
const upTo16: Sizes = { ...upTo8, '12xlarge': [2, 1425], '16xlarge': [2, 1900] };
const medium: Sizes = { medium: [1, 59] };
const graviton: Sizes = { ...medium, ...upTo16 };
const graviton4: Sizes = {
  ...medium,
  ...upTo16,
  '12xlarge': [3, 950],
  '24xlarge': [3, 1900],
  '48xlarge': [6, 1900],
};
const intel6: Sizes = { ...upTo16, '24xlarge': [4, 1425], '32xlarge': [4, 1900] };
const storage: Sizes = {
  large: [1, 468],
  xlarge: [1, 937],
  '2xlarge': [1, 1875],
  '4xlarge': [1, 3750],
  '8xlarge': [2, 3750],
  '16xlarge': [4, 3750],
};
const storageUpTo24: Sizes = { ...storage, '12xlarge': [3, 3750], '24xlarge': [6, 3750] };
const dense: Sizes = {
  large: [1, 1250],
  xlarge: [1, 2500],
  '2xlarge': [2, 2500],
  '3xlarge': [1, 7500],
  '6xlarge': [2, 7500],
  '12xlarge': [4, 7500],
  '24xlarge': [8, 7500],
};
const densest: Sizes = { ...dense, '18xlarge': [6, 7500], '48xlarge': [16, 7500] };

const families: ReadonlyMap<string, Sizes> = new Map([
  ...['m6gd', 'c6gd', 'r6gd', 'm7gd', 'c7gd', 'r7gd'].map(each => [each, graviton] as const),
  ['x2gd', { ...graviton, '2xlarge': [1, 475] }],
  ...['m8gd', 'c8gd', 'r8gd'].map(each => [each, graviton4] as const),
  ...['m6id', 'c6id', 'r6id', 'm6idn', 'r6idn'].map(each => [each, intel6] as const),
  ['i4g', storage],
  ['i4i', { ...storageUpTo24, '32xlarge': [8, 3750] }],
  ...['i7i', 'i8g'].map(each => [each, { ...storageUpTo24, '48xlarge': [12, 3750] } as Sizes] as const),
  ['i3en', dense],
  ...['i7ie', 'i8ge'].map(each => [each, densest] as const),
  [
    'im4gn',
    {
      large: [1, 937],
      xlarge: [1, 1875],
      '2xlarge': [1, 3750],
      '4xlarge': [1, 7500],
      '8xlarge': [2, 7500],
      '16xlarge': [4, 7500],
    },
  ],
  [
    'is4gen',
    {
      medium: [1, 937],
      large: [1, 1875],
      xlarge: [1, 3750],
      '2xlarge': [1, 7500],
      '4xlarge': [2, 7500],
      '8xlarge': [4, 7500],
    },
  ],
]);
