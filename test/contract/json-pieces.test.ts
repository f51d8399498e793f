import fc from 'fast-check';
import { jsonPieces } from '../../lib/contract/workload/json-pieces.ts';

it('pieces are together what JSON.stringify makes of plain data', () => {
  const members = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.date({ noInvalidDate: true }));
  const value = fc.oneof(fc.jsonValue(), fc.array(members), fc.dictionary(fc.string(), members));
  fc.assert(
    fc.property(value, data => {
      expect([...jsonPieces(data)].join('')).toBe(JSON.stringify(data));
      expect([...jsonPieces(data, 2)].join('')).toBe(JSON.stringify(data, undefined, 2));
    }),
    { numRuns: 1000 },
  );
  // Longer than the elements that are made into text together: numbers alone, then something among them.
  const long = [...Array(300).keys(), { a: [] }, 'x'.repeat(200), null, ...Array(200).keys()];
  expect([...jsonPieces({ long })].join('')).toBe(JSON.stringify({ long }));
  expect([...jsonPieces({ long }, 2)].join('')).toBe(JSON.stringify({ long }, undefined, 2));
});

it('no piece is much longer than others, however many names there are', () => {
  const causes = [
    { reason: 'out of memory', names: Array.from({ length: 20_000 }, (_, i) => `participant-${i}`) },
  ];
  const pieces = [...jsonPieces({ run: 'r', causes })];
  expect(pieces.join('')).toBe(JSON.stringify({ run: 'r', causes }));
  expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThan(70_000);
});
