import { distinctOutputs } from '../../lib/ledger/overwritten.ts';

const output = (key: string, sha256: string, bucket?: string) => ({
  key,
  bytes: 1,
  sha256,
  ...(bucket ? { bucket } : {}),
});

it('a key with other contents in two items’ records is neither’s, and is told', () => {
  const { outputs, shared } = distinctOutputs([
    { name: 'a', outputs: [output('outputs/a/b/x', '1'), output('outputs/a/y', '1')] },
    { name: 'a/b', outputs: [output('outputs/a/b/x', '2')] },
    { name: 'c', outputs: [output('outputs/a/y', '1')] },
    { name: 'd' },
  ]);
  expect(outputs.map(each => each.key)).toEqual(['outputs/a/y']);
  expect(shared).toEqual(['a and a/b both wrote outputs/a/b/x, with other contents: one of the two is lost']);
});

it('what a later step of an item has written over its own is what is there', () => {
  const { outputs, shared } = distinctOutputs([{ name: 'a', outputs: [output('x', '1'), output('x', '2')] }]);
  expect(outputs).toEqual([output('x', '2')]);
  expect(shared).toEqual([]);
});

it('keys of two buckets that would be one file are told', () => {
  const rows = [
    { name: 'a', outputs: [output('x', '1', 'cold'), output('y', '1'), output('x', '1', 'live')] },
  ];
  const { outputs, shared } = distinctOutputs(rows, ({ key }) => key);
  expect(outputs.map(each => each.key)).toEqual(['y']);
  expect(shared).toEqual(['a’s s3://cold/x and a’s s3://live/x would be one file here']);
  expect(distinctOutputs(rows).outputs).toHaveLength(3);
});
