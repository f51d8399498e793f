import { Readable, Writable } from 'node:stream';
import type { WorkloadVerb } from '../../../lib/contract/verb/verb.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { headOperations } from '../queue/queue-operations.ts';
import { serveLines } from '../queue/serve-lines.ts';
import { openSession } from '../queue/session.ts';

export const queue: WorkloadVerb = {
  summary: 'serve a workflow’s head: its jobs and files, by lines of JSON on stdin and stdout',
  usage: 'serve',
  options: {},
  examples: ['python workflow.py … --submit arraylab_pypeliner.Queue --storage arraylab_pypeliner.Storage'],
  group: 'lab',
  async run(ports, args) {
    const [verb, ...more] = args.positionals;
    if (verb !== 'serve' || more.length > 0)
      throw new LabError({
        where: ['lab queue', ...args.positionals].join(' '),
        message: 'is not understood',
        fix: 'npx lab queue serve, which docs/pypeliner.md describes: a workflow starts it by itself',
      });
    await serveHead(ports);
    return exitCodes.ok;
  },
};

/** Serves one head until its input ends; its jobs outlive that, unless it has said that they are not to. */
async function serveHead(ports: VerbPorts): Promise<void> {
  let close: (() => Promise<void>) | undefined;
  const operations = headOperations(async given => {
    const session = await openSession(await ports.openRun(given));
    close = session.close;
    return session;
  });
  const answers = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => void ports.write(text).then(() => done(), done),
  });
  try {
    await serveLines(Readable.from(ports.stdin), answers, operations);
  } finally {
    await close?.();
  }
}
