import { setTimeout as sleep } from 'node:timers/promises';
import { networkProblem } from '../../aws/network-problem.ts';
import { errorName, explainAwsError, statusOf } from '../../aws/sdk-error.ts';
import type { Context } from '../context.ts';

/** Between two tries, in ms: a laptop that wakes has a network after some seconds, an outage takes longer. */
const firstPause = 2000;
const longestPause = 60_000;

/**
 * Looks again until it is answered, once it has been answered before: a laptop sleeps, a network goes, a session ends, and a
 * run is watched for a day. What has happened is said once, and that it is over. What is no such thing is thrown; undefined
 * where Ctrl-C came first.
 */
export function steadyLook<T>(context: Context, look: () => Promise<T>): () => Promise<T | undefined> {
  let hasLooked = false;
  return async () => {
    for (let pause = firstPause, isTold = false; ; pause = Math.min(longestPause, pause * 1.5)) {
      try {
        const seen = await look();
        hasLooked = true;
        if (isTold) context.say(`${lineStart(context)}the run is seen again`);
        return seen;
      } catch (error) {
        if (!hasLooked || context.local || !isPassing(error)) throw error;
        if (!isTold)
          context.say(
            `${lineStart(context)}${textOf(context, error)}; it is tried again, and the run goes on`,
          );
        isTold = true;
      }
      await sleep(pause, undefined, { signal: context.signal }).catch(() => undefined);
      if (context.signal.aborted) return undefined;
    }
  };
}

/** No network, no answer in time, a service that is down or turns away what is too much, or credentials that have run out. */
function isPassing(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return (
    networkProblem(error) !== undefined ||
    // A proxy of this machine's own, which is gone for a while.
    (error as { readonly code?: string }).code === 'ECONNREFUSED' ||
    status >= 500 ||
    status === 429 ||
    /Throttl|TooManyRequests|SlowDown|^ExpiredToken|TokenProvider|CredentialsProvider/.test(errorName(error))
  );
}

function textOf(context: Context, error: unknown): string {
  const told = explainAwsError(error, context.profile);
  return (told instanceof Error ? told.message : String(told)).split('\n').join(' – ');
}

const lineStart = ({ io: { err } }: Context): string => (err.isTTY ? '\r\u001b[2K' : '');
