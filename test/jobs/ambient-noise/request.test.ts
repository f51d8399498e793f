import { channelsOf, checkChannels } from '../../../jobs/ambient-noise/channels.ts';
import { parseShare, verdict } from '../../../jobs/ambient-noise/completeness.ts';
import { farAway } from '../../../jobs/ambient-noise/far-away.ts';
import { parseSettings, recipeHash, windowsOfDay } from '../../../jobs/ambient-noise/settings.ts';
import { checkStations, selectStations, stationWords } from '../../../jobs/ambient-noise/stations.ts';
import type { InputPlace } from '../../../lib/contract/workload/workload.ts';

describe('settings', () => {
  const problems = (words: string): string =>
    parseSettings(words.split(' ').filter(Boolean))
      .problems.map(({ where, message }) => `${where} ${message}`)
      .join('\n');

  it('are NoisePy’s own where nothing is said, and what is said over them', () => {
    expect(parseSettings([]).settings).toMatchObject({ sampling_rate: '20', cc_len: '1800', step: '450' });
    expect(parseSettings(['--maxlag', '60', '--step=1800']).settings).toMatchObject({
      maxlag: '60',
      step: '1800',
    });
    expect(windowsOfDay(parseSettings(['--step', '1800']).settings)).toBe(47);
  });

  it.each([
    ['--stations A', '-- --stations is not for NoisePy here'],
    ['--substack true', '-- --substack is not for NoisePy here'],
    ['--maxlagg 60', '-- --maxlagg is no setting of NoisePy'],
    ['--step 7.5', '-- --step 7.5 is no step'],
    ['--maxlag', '-- --maxlag has no value'],
    ['--freqmax 10', '-- --freqmax 10 Hz is not below half of the sampling rate, 20 Hz'],
    ['--cc_len 100', '-- --maxlag 200 s is not shorter than a window'],
    ['--cc_len 90000', 'a day has no such window'],
    ['--freq_norm RMA', '-- --freq_norm RMA is no freq_norm'],
  ])('%s is refused', (words, message) => expect(problems(words)).toContain(message));

  it('a recipe is another one when a setting, a station, a channel or what a day is has changed, and no other way', () => {
    const recipe = {
      settings: parseSettings([]).settings,
      stations: ['CI.A', 'CI.B'],
      channels: ['BHZ'],
      coverage: 0.9,
    };
    const hash = recipeHash(recipe);
    expect(
      recipeHash({
        ...recipe,
        stations: ['CI.B', 'CI.A'],
        settings: parseSettings(['--maxlag', '200.0']).settings,
      }),
    ).toBe(hash);
    const others = [
      { ...recipe, settings: parseSettings(['--maxlag', '100']).settings },
      { ...recipe, stations: ['CI.A'] },
      { ...recipe, channels: ['HHZ'] },
      { ...recipe, coverage: 0.95 },
    ];
    expect(new Set([hash, ...others.map(recipeHash)]).size).toBe(5);
  });
});

describe('channels', () => {
  it('a band in short is its three components', () =>
    expect(channelsOf('BH')).toEqual(['BHE', 'BHN', 'BHZ']));
  it.each([
    ['BH,HH', 'is of 2 bands, BH and HH'],
    ['BHE,BHZ', 'not EZ'],
    ['BH1,BH2,BHZ', 'not 12Z'],
    ['B*', 'no channel code'],
  ])('%s is refused', (text, message) => expect(checkChannels(text)[0]!.message).toContain(message));
  it('three components of a band, or its vertical one, are what NoisePy stacks', () => {
    expect(checkChannels('BH')).toEqual([]);
    expect(checkChannels('LHZ')).toEqual([]);
  });
});

describe('stations', () => {
  const keys = [
    'FDSNstationXML/CI/CI_PASC.xml',
    'FDSNstationXML/CI/CI_PASA.xml',
    'FDSNstationXML/CI/CI_RPV.xml',
  ];

  it('by name, by pattern, from a list with comments; each once, in order', () => {
    expect(selectStations(stationWords('\uFEFFCI.RPV, CI.PAS?\r\n# all\nCI.PASC'), keys)).toEqual([
      'CI.PASA',
      'CI.PASC',
      'CI.RPV',
    ]);
    expect(selectStations(['CI.*'], keys)).toHaveLength(3);
  });

  it('a pattern that nothing fits is refused: fewer stations would be another result', () =>
    expect(() => selectStations(['CI.X*'], keys)).toThrow(
      /no station of the archive fits CI\.X\*: .* has 3 stations/,
    ));

  it.each(['PASC', 'ci.PASC', '*.PASC', 'CI.TOOLONG', ''])('%j is no station', word =>
    expect(checkStations(word === '' ? [] : [word])).toHaveLength(1),
  );
});

describe('what may be missing', () => {
  it.each([
    ['5%', 0.05],
    ['0.05', 0.05],
    ['0', 0],
    ['100%', 1],
  ])('%s is a share', (text, share) => expect(parseShare(text)).toBe(share));
  it.each(['5 %', '-1', '1.5', 'all', '120%'])('%s is none', text =>
    expect(parseShare(text)).toBeUndefined(),
  );

  it('is failed above what is allowed, partial up to it, and nothing used is failed whatever is allowed', () => {
    const of = (used: number) => ({ expected: 100, found: 100, readable: 100, used });
    expect([100, 95, 94, 0].map(used => verdict(of(used), 0.05))).toEqual([
      'whole',
      'partial',
      'failed',
      'failed',
    ]);
    expect(verdict(of(0), 1)).toBe('failed');
    expect(verdict(of(99), 0)).toBe('failed');
  });
});

describe('an archive in another region', () => {
  const archive = (region: string): InputPlace => ({
    address: 's3://scedc-pds/',
    region,
    has: async () => undefined,
    async *folders() {},
    async *files(below) {
      expect(below).toBe('continuous_waveforms/2019/2019_002/');
      for (const name of ['CIPASC_BHZ___2019002.ms', 'CIPASC_HHZ___2019002.ms', 'CIOTHERBHZ___2019002.ms'])
        yield { path: `${below}${name}`, bytes: 5e9 };
    },
  });
  const far = (region: string) =>
    farAway(
      archive(region),
      'eu-central-1',
      ['2019-01-01', '2019-01-02', '2019-01-03'],
      ['CI.PASC'],
      ['BHZ'],
    );

  it('is told with what its bytes cost, of the channels that are fetched', async () =>
    expect(await far('us-west-2')).toBe(
      's3://scedc-pds/ is in us-west-2 and jobs run in eu-central-1: they fetch it at 0.02 USD a GB, as 2019-01-02 has it, 15.0 GB for about 0.30 USD; a lab in us-west-2 fetches it for nothing',
    ));
  it('is not told where it is the same', async () => expect(await far('eu-central-1')).toBeUndefined());
});
