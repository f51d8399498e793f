import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './helpers/project.ts';

const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

/** That it can be followed is seen by `npm run test:conformance -- recipes`, which takes a synth and a run on the twin. */
it('the five things that people add are told, and what they name is there', () => {
  expect([...text.matchAll(/^## (An? .*)$/gm)].map(([, title]) => title)).toEqual([
    'A workload',
    'A verb of `lab`',
    'A rule for Batch',
    'A check of doctor',
    'An S3 operation of the twin',
  ]);
  const named = [...text.matchAll(/`((?:lib|test|docs|jobs|containers|bin)\/[\w./-]+)`/g)].map(
    ([, path]) => path!,
  );
  const missing = named.filter(
    path =>
      !/hello|<name>|age|queue-priority|old-hosts|accelerat/.test(path) && !existsSync(join(root, path)),
  );
  expect(named.length).toBeGreaterThan(15);
  expect(missing).toEqual([]);
});
