import { noteDaysMissing } from '../../../jobs/ambient-noise/days-there.ts';

const archive = (...days: readonly string[]) => ({
  address: 's3://scedc-pds/',
  async *folders(below: string) {
    for (const day of days)
      if (`continuous_waveforms/${day}/`.startsWith(below)) yield `continuous_waveforms/${day}/`;
  },
});
const days = ['2019-12-30', '2019-12-31', '2020-01-01'];

it('an archive that has every day is not spoken of', async () =>
  expect(
    await noteDaysMissing(archive('2019/2019_364', '2019/2019_365', '2020/2020_001'), days),
  ).toBeUndefined());

it('days that it lacks are counted and named', async () =>
  expect(await noteDaysMissing(archive('2019/2019_365', '2020/2020_002'), days)).toBe(
    '2 of 3 days are not in the archive: 2019-12-30, 2020-01-01',
  ));

it('where it has none of them, nothing is submitted', async () =>
  expect(noteDaysMissing(archive('2018/2018_001'), days)).rejects.toThrow(
    'has nothing of the 3 days 2019-12-30 … 2020-01-01',
  ));

it('where it cannot be seen, nothing is said', async () => {
  const hidden = {
    address: 's3://scedc-pds/',
    // biome-ignore lint/correctness/useYield: it rejects.
    async *folders(): AsyncGenerator<string> {
      throw new Error('AccessDenied');
    },
  };
  expect(await noteDaysMissing(hidden, days)).toBeUndefined();
});
