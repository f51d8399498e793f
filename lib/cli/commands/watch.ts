import type { Command } from '../command.ts';
import { followRun } from '../follow.ts';
import { openRun } from '../run-lookup.ts';

export const watch: Command = {
  name: 'watch',
  summary: 'follow a run to its end',
  usage: '[run]',
  options: {},
  examples: ['lab watch', 'lab watch 3f9a2c --json'],
  async run(context, args) {
    const { run, spec, ledger } = await openRun(context, args);
    context.say(`${run.workload} ${run.runId}`);
    return followRun(context, run.runId, spec.item, ledger, context.local);
  },
};
