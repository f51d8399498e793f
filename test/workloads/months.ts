import type { Task } from '../../lib/contract/workload/task.ts';
import type { Item, WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { get, put, small } from './common.ts';

const daysOf = (month: string): readonly string[] => ['01', '02', '03'].map(day => `${month}-${day}`);
const pairs = ['PASC-RPV', 'RPV-SVD'];

/** Days of months, that are stacked by pair of stations whatever has become of the days; then one report. */
export const months: WorkloadSpec = {
  ...small,
  name: 'months',
  title: 'months',
  item: { one: 'month', many: 'months' },
  parameters: [
    { name: 'start', describe: 'first month', type: 'string', required: true },
    { name: 'end', describe: 'last month', type: 'string', required: true },
    { name: 'allow-missing', describe: 'days that a month may lack', type: 'number', default: '0' },
  ],
  places: { archive: { describe: 'the days' }, results: { describe: 'what is made' } },
  rights: { archive: ['list', 'read'], results: ['write'] },
  secrets: { fdsn: { describe: 'login of the data centre', fields: ['username', 'password'] } },
  steps: [
    { name: 'day', takes: 'item' },
    { name: 'stack', takes: 'item', dependsOn: [{ step: 'day', when: 'ended' }] },
    { name: 'report', takes: 'run', dependsOn: ['stack'] },
  ],
  list: async ({ parameters: { start = '', end = '' } }) => {
    const made: Item[] = [];
    for (let month = 1; month <= 12; month++) {
      const name = `${start.slice(0, 4)}-${String(month).padStart(2, '0')}`;
      if (name >= start && name <= end) made.push({ name });
    }
    return made;
  },
  expand: async items => ({
    items,
    steps: {
      day: items.flatMap(({ name }) => daysOf(name).map(day => ({ name: day, of: name }))),
      stack: items.flatMap(({ name }) => pairs.map(pair => ({ name: `${name}/${pair}`, of: name }))),
    },
  }),
};

export const monthTasks: Readonly<Record<string, Task>> = {
  'months/day': {
    async run({ items, place, exec, secret }) {
      const day = items[0]!.name;
      const { username = '' } = await secret('fdsn');
      const wave = await get(place('archive'), day);
      if (wave === undefined)
        return { exitCode: 0, partial: true, missing: [{ name: day, reason: 'is not in the archive' }] };
      const { exitCode } = await exec(['sh', '-c', 'test "$0" = wave', wave]);
      if (exitCode !== 0) return { exitCode, reason: 'its waveforms are no waveforms' };
      return {
        exitCode,
        outputs: [await put(place('results'), `days/${day}`, wave)],
        facts: { as: username },
      };
    },
  },
  'months/stack': {
    async run({ items, parameters, outputsOf, upload, scratch, outputPrefix, exec }) {
      const [{ name, of = '' }] = items as [Item];
      const days = daysOf(of);
      const made = await Promise.all(days.map(day => outputsOf(day, 'day')));
      const missing = days.filter((_, at) => (made[at] ?? []).length === 0);
      const facts = { expected: days.length, used: days.length - missing.length };
      if (missing.length > Number(parameters['allow-missing']))
        return { exitCode: 1, reason: `${missing.length} of ${days.length} days are missing`, facts };
      await exec(['sh', '-c', `echo ${name} of ${facts.used} > stack`]);
      return {
        exitCode: 0,
        outputs: await upload(`${scratch}/stack`, `${outputPrefix}stack`),
        facts,
        ...(missing.length === 0
          ? {}
          : {
              partial: true as const,
              missing: missing.map(day => ({ name: day, reason: 'was not correlated' })),
            }),
      };
    },
  },
  'months/report': { run: async ({ items }) => ({ exitCode: 0, facts: { months: items.length } }) },
};
