import { user } from './helper.ts';

it.each(['cancel', 'watch', 'why', 'report'])(
  'lab %s of a run and more, an item or another run, is refused, not done to all of the run',
  async verb => {
    const me = await user({ name: 'test' });
    const { code, err } = await me.lab([verb, 'latest', 'sub-006', '--local']);
    await me.leave();
    expect([code, err]).toEqual([2, expect.stringContaining('error sub-006: stands behind the run latest')]);
  },
);
