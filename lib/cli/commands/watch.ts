import type { Command } from '../command.ts';
import { openedRun } from '../open.ts';
import { partOf, partOptions, partWords } from '../run-part.ts';
import { followRun } from '../watch/follow.ts';

export const watch: Command = {
  name: 'watch',
  group: 'runs',
  summary: 'follow a run to its end, or a step or round of it',
  usage: '[run] [--step STEP] [--round N]',
  options: partOptions,
  examples: ['lab watch', 'lab watch 3f9a2c --json', 'lab watch latest --step store'],
  async run(context, args) {
    const open = await openedRun(context, args);
    const part = partOf(args, open);
    context.say(`${open.run.workload} ${open.run.runId}${partWords(part)}`);
    return followRun(context, open, part);
  },
};
