import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { parseFaults, readFaults } from '../../../lib/twin/faults/read-faults.ts';

const problemsOf = (value: unknown): string[] => {
  try {
    parseFaults(value, 'f');
    return [];
  } catch (error) {
    return (error as LabError).problems.map(each => `${each.where}: ${each.message}`);
  }
};

it('fills in what is left out', () => {
  expect(parseFaults({ containers: [{ fault: 'host-lost' }], requests: [{ fault: 'stall' }] })).toEqual({
    seed: 1,
    pace: {},
    requests: [{ fault: 'stall', probability: 1, skip: 0 }],
    rates: [],
    containers: [{ fault: 'host-lost', probability: 1, afterMs: [0, 1000], noticeSeconds: 120, freeMiB: 1 }],
  });
});

it('names every problem with its place and its value', () => {
  expect(
    problemsOf({
      seed: 'x',
      colour: 1,
      pace: { secondMs: -1 },
      requests: [{ fault: 'gremlin' }, { fault: 'stall', probability: 2, storm: { everyMs: 1 } }],
      rates: [{ service: 'batch' }],
      containers: [{ fault: 'host-lost', afterMs: [5, 1] }, 7],
    }),
  ).toEqual([
    'f.seed: expected a number, got "x"',
    'f.colour: is not known',
    'f pace.secondMs: expected a number of at least 0, got -1',
    'f requests[1].probability: expected a number from 0 to 1, got 2',
    'f requests[1].storm: expected { "everyMs": …, "forMs": … }, got {"everyMs":1}',
    'f containers[0].afterMs: expected two numbers of ms, the first not above the second, got [5,1]',
    'f containers[1]: expected an object, got 7',
    'f requests[0].fault: "gremlin" is not a fault',
    'f containers[1].fault: undefined is not a fault',
    'f rates[0].perSecond: is missing',
  ]);
  expect(problemsOf([])).toEqual(['f: expected an object, got []']);
});

it('reads a file, and nothing where there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const path = join(folder, 'faults.json');
  expect(readFaults(path)).toBeUndefined();
  writeFileSync(path, '{ "seed": 7 }');
  expect(readFaults(path)?.seed).toBe(7);
  writeFileSync(path, '{');
  expect(() => readFaults(path)).toThrow(LabError);
  rmSync(folder, { recursive: true });
});
