import { createInterface } from 'node:readline';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Context } from '../context.ts';

export interface Prompt {
  /** The line that answers, without its end. Throws LabError when the person ends it by Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string>;
  close(): void;
}

/** Questions to a person at a terminal; lines that were typed ahead are not lost. */
export function openPrompt(context: Context, verb: string): Prompt {
  const lines = createInterface({
    input: context.stdin as unknown as NodeJS.ReadStream,
    output: process.stderr,
  });
  let isClosed = false;
  lines.on('SIGINT', () => lines.close());
  lines.on('close', () => {
    isClosed = true;
  });
  const answers = lines[Symbol.asyncIterator]();
  return {
    async ask(question) {
      lines.setPrompt(question);
      // What was typed ahead is read on after the input's end.
      if (!isClosed) lines.prompt();
      const { done, value } = await answers.next();
      if (!done) return value;
      throw new LabError(
        { where: verb, message: 'interrupted; nothing was changed' },
        exitCodes.interruptedByUser,
      );
    },
    close: () => lines.close(),
  };
}
