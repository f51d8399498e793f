import { distinctOutputs } from '../../lib/ledger/overwritten.ts';

it('two records with one key are told where their contents differ, and are one output', () => {
  const output = (key: string, sha256: string) => ({ key, bytes: 1, sha256 });
  const { outputs, overwritten } = distinctOutputs([
    { name: 'a', outputs: [output('outputs/a/b/x', '1'), output('outputs/a/y', '1')] },
    { name: 'a/b', outputs: [output('outputs/a/b/x', '2')] },
    { name: 'c', outputs: [output('outputs/a/y', '1')] },
    { name: 'd' },
  ]);
  expect(outputs.map(each => each.key)).toEqual(['outputs/a/b/x', 'outputs/a/y']);
  expect(overwritten).toEqual([
    'a and a/b both wrote outputs/a/b/x, with other contents: one of the two is lost',
  ]);
});
