import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { allOf, counted } from '../../lib/contract/verb/texts.ts';

it('one of a thing is told as one, and what goes with it agrees', () => {
  expect([0, 1, 2, 12_345].map(count => counted(count, 'object'))).toEqual([
    ...['0 objects', '1 object', '2 objects', '12,345 objects'],
  ]);
  const days = { one: 'day is', many: 'days are' };
  expect([1, 3].map(count => counted(count, days))).toEqual(['1 day is', '3 days are']);
  expect([1, 3].map(count => allOf(count, 'plate'))).toEqual(['1 plate', 'all 3 plates']);
});

const nouns =
  'arrays|attempts|bands|batches|blocks|buckets|causes|characters|components|days|fields|files|findings|fragments|hosts|hours|images|items|jobs|keys|lines|members|minutes|objects|pairs|participants|plates|queues|records|regions|resources|rules|runs|samples|secrets|shards|stations|tags|tars|templates|values|versions|windows';
const bare = new RegExp(
  `\\$\\{([^{}]*)\\}(?: (?:more|other|older|whole|instance|compute|output))? (?:${nouns})\\b`,
  'g',
);
/** The twin says what AWS says. */
const sources = ['lib', 'jobs', 'containers', 'bin'].flatMap(top =>
  readdirSync(resolve(import.meta.dirname, '../..', top), { recursive: true, encoding: 'utf8' })
    .map(path => join(top, path))
    .filter(path => /\.m?ts$/.test(path) && !path.startsWith(join('lib', 'twin'))),
);
/** Beside its own words for one, or no number at all. */
const isWell = (line: string): boolean => line.includes(' === 1 ? ') || /\.market\} hosts/.test(line);

it('no text has a number before a noun that it does not agree with: one function counts', () => {
  expect(sources.length).toBeGreaterThan(900);
  const found = sources.flatMap(path =>
    readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8')
      .split('\n')
      .filter(line => [...line.matchAll(bare)].length > 0 && !isWell(line))
      .map(line => `${path}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
  // One that came would be seen.
  expect('`$' + '{count} objects`').toMatch(bare);
});
