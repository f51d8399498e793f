import { pypeliner } from '../../../jobs/pypeliner/spec.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Command } from '../command.ts';
import { serveQueue } from '../queue/serve.ts';

export const queue: Command = {
  name: 'queue',
  summary: 'serve a workflow’s head: its jobs and files, by lines of JSON on stdin and stdout',
  usage: 'serve',
  options: {},
  examples: ['python workflow.py … --submit arraylab_pypeliner.Queue --storage arraylab_pypeliner.Storage'],
  group: 'lab',
  async run(context, args) {
    const [verb, ...more] = args.positionals;
    if (verb !== 'serve' || more.length > 0)
      throw new LabError({
        where: ['lab queue', ...args.positionals].join(' '),
        message: 'is not understood',
        fix: 'lab queue serve, which docs/pypeliner.md describes: a workflow starts it by itself',
      });
    await serveQueue(context, pypeliner);
    return exitCodes.ok;
  },
};
