import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { user } from './helper.ts';

let me: Awaited<ReturnType<typeof user>>;
beforeAll(async () => {
  me = await user({
    name: 'test',
    datasets: { scans: { bucket: 'scans-of-ours', access: 'role' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
  });
});
afterAll(() => me.leave());

const note = 'x'.repeat(500);
const submit = ['submit', 'rapidtide', '--do', 'copy-test', '--dry-run', '--local', '--participants'];

it.each([
  { lines: 40_000, told: 'reading list.csv, 20.3 MB' },
  { lines: 400, told: '' },
])(
  'a list of $lines long lines: that it is read is said first where that takes a while, and only there',
  async ({ lines, told }) => {
    const rows = Array.from({ length: lines }, (_, i) => `s${i},${note}\n`);
    await writeFile(join(me.cwd, 'list.csv'), `participant,note\n${rows.join('')}s7,again\n`);
    const { code, out, err } = await me.lab([...submit, 'list.csv']);
    expect([code, out]).toEqual([2, '']);
    expect(/^reading .*$/m.exec(err.slice(0, err.indexOf('error ')))?.[0] ?? '').toBe(told);
    expect(err).toContain(`error list.csv line ${lines + 2}: "s7" is there already, in line 9`);
  },
);
