import { user } from './helper.ts';

it('on a terminal an error begins a line that is cleared before, whatever bar is drawn there; in a pipe nothing is', async () => {
  for (const isTerminal of [true, false]) {
    const me = await user({ name: 'test' }, {}, { isTerminal });
    const { code, err } = await me.lab(['watch', '--lokal']);
    await me.leave();
    expect([code, err.startsWith('\r\u001b[2K'), err]).toEqual([
      2,
      isTerminal,
      expect.stringMatching(/error.* --lokal/),
    ]);
  }
});
