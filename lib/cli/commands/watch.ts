import type { Command } from '../command.ts';
import { openedRun } from '../open.ts';
import { followRun } from '../watch/follow.ts';

export const watch: Command = {
  name: 'watch',
  group: 'runs',
  summary: 'follow a run to its end',
  usage: '[run]',
  options: {},
  examples: ['lab watch', 'lab watch 3f9a2c --json'],
  async run(context, args) {
    const open = await openedRun(context, args);
    context.say(`${open.run.workload} ${open.run.runId}`);
    return followRun(context, open);
  },
};
