import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { correlateDay } from '../../containers/ambient-noise/day/correlate-day.ts';
import { startNoisePy } from '../../containers/ambient-noise/noisepy/session.ts';
import { stackUnit } from '../../containers/ambient-noise/stack/stack-unit.ts';
import { addDays } from '../../jobs/ambient-noise/calendar.ts';
import { parseSettings, type Recipe } from '../../jobs/ambient-noise/settings.ts';
import { folderStore } from '../../test/helpers/folder-store.ts';
import { sample } from './ambient-noise.ts';

const { ARCHIVE = '', WORK = '', PYTHON = '' } = process.env;
const work = `${WORK}-ours-${process.argv[2] ?? 'all'}`;
const recipe: Recipe = {
  settings: parseSettings(sample.words).settings,
  stations: sample.stations.map(station => `CI.${station}`),
  channels: ['BHE', 'BHN', 'BHZ'],
  coverage: 0.9,
};
const { signal } = new AbortController();
const log = (): void => undefined;
const session = startNoisePy({
  python: PYTHON,
  driver: resolve(import.meta.dirname, '../../containers/ambient-noise/noisepy/driver.py'),
  environment: process.env as Record<string, string>,
  threads: 2,
  log,
  signal,
});
const common = {
  recipe,
  noisepy: () => session,
  signal,
  log,
  results: { ...folderStore(join(work, 'results')), prefix: 'ambient-noise/' },
};
const scratch = (name: string): string => {
  mkdirSync(join(work, name), { recursive: true });
  return join(work, name);
};
const last = addDays(sample.first, sample.days - 1);
for (let day: string = sample.first; day <= last; day = addDays(day, 1)) {
  const { marker } = await correlateDay({
    ...common,
    day,
    archive: { ...folderStore(ARCHIVE), prefix: '' },
    scratch: scratch(day),
  });
  assert.equal(marker.pairs, 6);
}
if (process.argv[2] !== 'days') {
  const unit = { name: '2024-03', first: sample.first, last };
  const { verdict } = await stackUnit({
    ...common,
    unit,
    allowed: 0,
    folder: 'stack/',
    scratch: scratch('stack'),
  });
  assert.equal(verdict, 'whole');
}
await (await session).close();
rmSync(work, { recursive: true });
