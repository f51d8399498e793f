import type { Context } from '../context.ts';
import { columnsOf, cut } from '../output/output.ts';
import { countByState, countJobs, type Running, readRunning, stateText } from './running.ts';
import type { StackTools } from './stack-tools.ts';

export type Stopped = 'done' | 'interrupted';

/**
 * Closes the queues to new jobs; what is in them goes on. Waits until Batch has done it: whatever else is asked of a queue
 * that is being changed is refused. Answers those that were open.
 */
export async function closeQueues(
  context: Context,
  aws: StackTools,
  queues: readonly string[],
): Promise<readonly string[]> {
  const open = (await aws.queues.describe(queues)).filter(queue => queue.state === 'ENABLED');
  for (const queue of open) await aws.queues.setState(queue.arn, 'DISABLED');
  for (let tries = 0; tries < 60 && !context.signal.aborted; tries++) {
    const states = await aws.queues.describe(open.map(queue => queue.arn));
    if (states.every(queue => queue.state === 'DISABLED' && queue.status !== 'UPDATING')) break;
    await aws.wait(2000, context.signal);
  }
  return open.map(queue => queue.arn);
}

/** Waits until nothing of the queues is left. Safe to leave by Ctrl-C and to call again. */
export async function drain(context: Context, aws: StackTools, queues: readonly string[]): Promise<Stopped> {
  await closeQueues(context, aws, queues);
  context.say('queues take no new jobs; waiting for those they have (Ctrl-C stops the wait, not the jobs)');
  const line = progress(context);
  let stillSince = context.now().getTime();
  for (let last = '', pause = 5000; ; pause = Math.min(60_000, pause * 1.2)) {
    const running = await readRunning(aws.queues, queues);
    if (countJobs(running) === 0) {
      line('nothing runs any more', true);
      return 'done';
    }
    const text = stateText(countByState(running));
    if (text !== last) stillSince = context.now().getTime();
    last = text;
    line(
      isStuck(running, context.now().getTime() - stillSince)
        ? `${text}: nothing starts; npx lab doctor says why`
        : text,
    );
    await aws.wait(pause, context.signal);
    if (context.signal.aborted) return 'interrupted';
  }
}

const stuckMs = 10 * 60_000;

const isStuck = (running: readonly Running[], stillMs: number): boolean => {
  const counts = countByState(running);
  return stillMs > stuckMs && !counts.get('RUNNING') && !counts.get('STARTING');
};

/** Ends every job of the queues, and waits until they have ended. */
export async function cancelAll(
  context: Context,
  aws: StackTools,
  queues: readonly string[],
  reason: string,
): Promise<Stopped> {
  await closeQueues(context, aws, queues);
  const line = progress(context);
  for (let round = 0; ; round++) {
    const running = await readRunning(aws.queues, queues);
    const count = countJobs(running);
    if (count === 0) break;
    // Asked again every minute: a job that was being submitted is listed late, and a call may have been turned away.
    if (round % 12 === 0) {
      const ids = running.flatMap(each => each.jobs.map(job => job.jobId));
      for (const [jobId, why] of Object.entries(await aws.queues.terminate(ids, reason)))
        context.say(`${jobId}: ${why}`);
    }
    line(`ending ${stateText(countByState(running))}`);
    await aws.wait(5000, context.signal);
    if (context.signal.aborted) return 'interrupted';
  }
  line('nothing runs any more', true);
  return 'done';
}

/** Batch ends its hosts some minutes after their last job; it also does when the stack goes, only later. */
const longestHostWaitMs = 20 * 60_000;

/** Waits until the queues' environments have no hosts: while they have, their network cannot go. */
export async function waitForHosts(
  context: Context,
  aws: StackTools,
  queues: readonly string[],
): Promise<Stopped> {
  const environments = [...new Set((await aws.queues.describe(queues)).flatMap(queue => queue.environments))];
  const line = progress(context);
  for (let waited = 0; ; waited += 10_000) {
    const vcpus = await aws.queues.desiredvCpus(environments);
    if (vcpus === 0) return 'done';
    if (waited >= longestHostWaitMs) {
      line(
        `hosts with ${vcpus} vCPUs are still there after 20 minutes; going on: they go with the stack`,
        true,
      );
      return 'done';
    }
    line(`waiting for hosts with ${vcpus} vCPUs to go`);
    await aws.wait(10_000, context.signal);
    if (context.signal.aborted) return 'interrupted';
  }
}

/** A line that is written over on a terminal, and once per change in a pipe. */
function progress(context: Context): (text: string, last?: boolean) => void {
  const { err } = context.io;
  let before = '';
  return (text, last = false) => {
    if (err.isTTY) err.write(`\r\u001b[2K${cut(text, columnsOf(err) - 1)}${last ? '\n' : ''}`);
    else if (text !== before) context.say(text);
    before = text;
  };
}
