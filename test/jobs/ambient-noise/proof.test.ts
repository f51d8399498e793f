import fc from 'fast-check';
import {
  isAuto,
  pairsOf,
  proveDay,
  proveStack,
  type StoreFile,
  spanName,
  windowsByComponent,
} from '../../../jobs/ambient-noise/pairs.ts';
import { type ChannelFacts, usable } from '../../../jobs/ambient-noise/usable.ts';

const stations = ['CI.A', 'CI.B', 'CI.C'];
const channels = ['BHE', 'BHN', 'BHZ'];
const day = '2024-03-01';

const wholeStore = (): StoreFile[] =>
  pairsOf(stations).map(pair => ({
    file: `${pair}/${spanName(day, day)}`,
    bytes: 1000,
    rows: channels.flatMap((a, at) =>
      (isAuto(pair) ? channels.slice(at) : channels).map(b => ({
        name: `${a}_${b}`,
        ngood: 47,
        finite: true,
      })),
    ),
  }));
const check = (files: readonly StoreFile[]) => proveDay(files, { stations, channels, day });

it('a whole store is proved: every pair, each once', () => {
  const { pairs, faults } = check(wholeStore());
  expect(faults).toEqual([]);
  expect(pairs).toHaveLength(6);
  expect(pairs[0]!.windows).toBe(47);
});

/** Everything that can be wrong with a file; each must be seen, in every file. */
const damages: Readonly<Record<string, (file: StoreFile) => readonly StoreFile[]>> = {
  'it is not there': () => [],
  'it cannot be read': ({ rows: _, ...file }) => [{ ...file, error: 'EOFError' }],
  'a component is missing': file => [{ ...file, rows: file.rows!.slice(1) }],
  'a component is there twice': file => [{ ...file, rows: [...file.rows!, file.rows![0]!] }],
  'a component has no window': file => [
    { ...file, rows: [{ ...file.rows![0]!, ngood: 0 }, ...file.rows!.slice(1)] },
  ],
  'its numbers are none': file => [
    { ...file, rows: [{ ...file.rows![0]!, finite: false }, ...file.rows!.slice(1)] },
  ],
  'it is of another day': file => [{ ...file, file: file.file.replace('2024_03_01_00', '2024_03_02_00') }],
  'the other order is there too': file =>
    isAuto(file.file.split('/').slice(0, 2).join('/'))
      ? []
      : [
          file,
          {
            ...file,
            file: file.file
              .split('/')
              .map((part, at, all) => (at < 2 ? all[1 - at]! : part))
              .join('/'),
          },
        ],
};

it.each(Object.keys(damages))('a store is not whole, and its pair is named, where of any file %s', damage => {
  fc.assert(
    fc.property(fc.nat({ max: 5 }), at => {
      const files = wholeStore();
      const pair = pairsOf(stations)[at]!;
      const { pairs, faults } = check([
        ...files.slice(0, at),
        ...damages[damage]!(files[at]!),
        ...files.slice(at + 1),
      ]);
      expect(faults.map(fault => fault.pair)).toEqual([pair]);
      expect(pairs).toHaveLength(5);
    }),
  );
});

it('a pair of a station that nobody asked for is told: NoisePy takes names for prefixes', () => {
  const [first] = wholeStore();
  const { faults } = check([...wholeStore(), { ...first!, file: first!.file.replaceAll('CI.A', 'CI.AB') }]);
  expect(faults).toEqual([{ pair: 'CI.AB/CI.AB', why: 'was not asked for' }]);
});

it('a stack is proved by the windows of its days, component by component', () => {
  const proved = check(wholeStore()).pairs;
  const pairs = new Map(
    proved.map(pair => {
      const twice = Object.entries(windowsByComponent(pair, channels)).map(([name, count]) => [
        name,
        count * 2,
      ]);
      return [
        pair.file.split('/').slice(0, 2).join('/'),
        Object.fromEntries(twice) as Record<string, number>,
      ];
    }),
  );
  const stack = (ngood: number): StoreFile[] =>
    [...pairs].map(([pair, windows]) => ({
      file: `${pair}/${spanName('2024-03-01', '2024-03-02')}`,
      bytes: 1,
      rows: [...Object.keys(windows), 'ZR'].map(name => ({ name, ngood, finite: true })),
    }));
  const at = { pairs, first: '2024-03-01', last: '2024-03-02' };
  expect(proveStack(stack(94), at).faults).toEqual([]);
  expect(proveStack(stack(47), at).faults[0]).toEqual({
    pair: 'CI.A/CI.A',
    why: 'EE has 47 windows, and its days have 94',
  });
});

describe('which stations can be correlated', () => {
  const wanted = { day, stations, channels, samplingRate: 1, coverage: 0.9 };
  const facts = (station: string, more: Partial<ChannelFacts> = {}): ChannelFacts[] =>
    channels.map(channel => ({
      station,
      channel,
      location: '',
      key: `${station}.${channel}`,
      bytes: 512,
      rate: 1,
      traces: 1,
      coverage: 1,
      ...more,
    }));
  const states = (all: readonly ChannelFacts[]) => usable(all, wanted).rows.map(({ state }) => state);

  it('all of them, each with its three channels', () => {
    const { rows, files } = usable(
      stations.flatMap(station => facts(station)),
      wanted,
    );
    expect(rows.map(({ state }) => state)).toEqual(['used', 'used', 'used']);
    expect(files).toHaveLength(9);
  });

  it.each<[string, (own: ChannelFacts[]) => readonly ChannelFacts[], string]>([
    ['no file', () => [], 'no-file'],
    ['files of 0 bytes', own => own.map(each => ({ ...each, bytes: 0 })), 'no-file'],
    ['one component less', own => own.slice(1), 'incomplete'],
    ['a channel that cannot be read', ([a, ...rest]) => [{ ...a!, error: 'no' }, ...rest], 'unreadable'],
    [
      'metadata that do not cover one',
      ([a, ...rest]) => [{ ...a!, metadata: 'no epoch' }, ...rest],
      'no-metadata',
    ],
    ['89 % of one', ([a, ...rest]) => [{ ...a!, coverage: 0.89 }, ...rest], 'short'],
    ['components of two rates', ([a, ...rest]) => [{ ...a!, rate: 2 }, ...rest], 'other-rate'],
    ['a rate below that of the correlation', own => own.map(each => ({ ...each, rate: 0.5 })), 'other-rate'],
    ['another rate than most', own => own.map(each => ({ ...each, rate: 100 })), 'other-rate'],
  ])('a station with %s is left out alone, and says why', (_, damage, state) => {
    const { rows, files } = usable([...damage(facts('CI.A')), ...facts('CI.B'), ...facts('CI.C')], wanted);
    expect(rows.map(each => each.state)).toEqual([state, 'used', 'used']);
    expect(rows[0]!.reason).toBeTruthy();
    expect(files.map(({ station }) => station)).not.toContain('CI.A');
  });

  it('a location that is whole is taken for one that is not', () => {
    const two = [
      ...facts('CI.A', { metadata: 'no channel' }),
      ...facts('CI.A', { location: '00' }),
      ...facts('CI.B'),
      ...facts('CI.C'),
    ];
    expect(states(two)).toEqual(['used', 'used', 'used']);
    expect(
      usable(two, wanted)
        .files.filter(({ station }) => station === 'CI.A')
        .map(({ location }) => location),
    ).toEqual(['00', '00', '00']);
  });
});
