import { runRows } from '../../../jobs/ambient-noise/run-rows.ts';
import { memoryStore } from '../../helpers/memory-store.ts';

it('of a unit whose script has ended and told nothing, that is said, and not that nobody has looked yet', async () => {
  const run = { workload: 'ambient-noise', runId: 'r' };
  const stations = 'CI.PAS';
  const items = ['2019-01-01', '2019-01-02', '2019-01-03'].map(name => ({ name, labels: { stations } }));
  const request = {
    workload: 'ambient-noise',
    parameters: { script: 'my.sh', channels: 'BH', 'day-coverage': '90%', 'allow-missing': '0%' },
  };
  const states: Record<string, string> = {
    '2019-01-01': 'done',
    '2019-01-02': 'failed',
    '2019-01-03': 'running',
  };
  const rows = await runRows(memoryStore(), run, items, request, unit => states[unit]);
  expect(rows.map(({ state }) => state)).toEqual(['untold', 'untold', 'waiting']);
});
