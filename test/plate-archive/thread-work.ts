import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { serveThreads } from '../../containers/plate-archive/threads.ts';
import { PlateError } from '../../jobs/plate-archive/plate/plate-error.ts';

/** What threads of a test do. */
export const work = {
  /** Answers who did it, after so many ms. */
  who: async (ms: number, onBytes: (bytes: number) => void): Promise<number> => {
    onBytes(ms);
    await sleep(ms);
    return threadId;
  },
  refuse: async (problem: string): Promise<never> => {
    throw new PlateError([problem], { isPassing: true });
  },
  fail: async (message: string): Promise<never> => {
    throw new Error(message);
  },
};
serveThreads(work);
