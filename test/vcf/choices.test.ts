import { parseAttributes } from '../../jobs/vcf/attributes.ts';
import { estimate } from '../../jobs/vcf/estimate.ts';

it('fmt_GT is always among the attributes, once; with statistics never alone', () => {
  expect(parseAttributes('fmt_DP,info_END', true)).toMatchObject({
    names: ['fmt_GT', 'fmt_DP', 'info_END'],
    problems: [],
  });
  expect(parseAttributes(' fmt_GT, fmt_GT,fmt_DP', true).names).toEqual(['fmt_GT', 'fmt_DP']);
  expect(parseAttributes('fmt_GT', false).problems).toEqual([]);
  expect(parseAttributes('fmt_GT', true).problems[0]!.message).toContain('listed twice');
  expect(parseAttributes('DP,fmt_', false).problems.map(({ fix }) => fix)).toEqual([
    'INFO fields are info_NAME, FORMAT fields fmt_NAME: fmt_DP',
    'INFO fields are info_NAME, FORMAT fields fmt_NAME: fmt_DP',
  ]);
});

const choice = (samples: number, jobs: number) =>
  estimate({ samples, jobs, batch: 10, bytes: Array(samples).fill(1_000_000), vcpus: 16, statistics: false });

it('1,000 samples as 10 x 100 and as 100 x 10 have the same fragments, and 1,000 x 1 ten times as many', () => {
  const [ten, hundred, thousand] = [choice(1000, 10), choice(1000, 100), choice(1000, 1000)];
  expect(hundred.fragments).toBe(ten.fragments);
  expect(thousand.fragments).toBe(10 * ten.fragments);
  expect(hundred.money).toBeCloseTo(ten.money);
  expect(hundred.hours).toBeCloseTo(ten.hours / 10);
});

it('a job has two batches on its disk at once, or all that it has', () => {
  expect(choice(1000, 10).scratchBytes).toBe(20_000_000);
  expect(choice(1000, 250).scratchBytes).toBe(4_000_000 * 2);
});
