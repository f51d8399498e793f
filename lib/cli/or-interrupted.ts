import { LabError } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';

/**
 * Work that changes nothing, waited for until the user has had enough: then it is left alone, and a LabError says
 * `interrupted` and what became of the command.
 */
export function orInterrupted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  where: string,
  fate = 'nothing was changed',
): Promise<T> {
  return new Promise((done, fail) => {
    const stop = (): void =>
      fail(new LabError({ where, message: `interrupted; ${fate}` }, exitCodes.interruptedByUser));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(done, fail).finally(() => signal.removeEventListener('abort', stop));
  });
}
