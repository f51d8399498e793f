import fc from 'fast-check';
import { numberText } from '../../lib/contract/workload/number-text.ts';

const usual = (value: number, least: number, most: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: least, maximumFractionDigits: most });

it('numbers read as toLocaleString writes them, halves away from zero', () => {
  const halves = fc.tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.constantFrom(2, 10, 100, 200, 1000, 8));
  const value = fc.oneof(
    fc.double(),
    fc.double({ min: 0, max: 1000 }),
    fc.integer(),
    fc.maxSafeNat(),
    halves.map(([whole, part]) => whole / part),
  );
  const digits = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(value, digits, (number, [one, other]) => {
      const [least, most] = [Math.min(one, other), Math.max(one, other)];
      expect(numberText(number, { least, most })).toBe(usual(number, least, most));
    }),
    { numRuns: 500 },
  );
  expect(
    [1.005, 0.995, 999.995, 1e21, 5e-7, -1.5, Number.NaN].map(each => numberText(each, { most: 2 })),
  ).toEqual([1.005, 0.995, 999.995, 1e21, 5e-7, -1.5, Number.NaN].map(each => usual(each, 0, 2)));
  expect(numberText(1234567)).toBe('1,234,567');
});
