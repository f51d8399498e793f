import { user } from './helper.ts';

it('two commands at once both find a stack that neither has synthesized yet', async () => {
  const me = await user({
    name: 'test',
    datasets: { scans: { bucket: 'scans-of-ours', access: 'role' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
  });
  const call = ['rehearse', 'rapidtide', '--participants', '1..2', '--dry-run'];
  const both = await Promise.all([me.lab(call), me.lab(call)]);
  await me.leave();
  expect(both.map(({ code, err }) => [code, err])).toEqual(
    both.map(() => [0, expect.stringContaining('nothing was submitted')]),
  );
}, 120_000);
