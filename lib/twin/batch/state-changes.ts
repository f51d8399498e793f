import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { isFull, roomMs } from '../disk-room.ts';
import { matchesPattern } from '../template/event-rule.ts';
import type { TwinStack } from '../template/twin-stack.ts';
import { jobDetail } from './describe/describe.ts';
import type { Job } from './types.ts';

export interface StateChangeOptions {
  readonly region: string;
  readonly account: string;
  readonly resources: TwinStack;
  readonly logs: {
    append(group: string, stream: string, message: string | readonly string[], at?: number): void;
  };
}

/**
 * Writes an event for every change of a job's status to the log groups of the rules that match it, as EventBridge does: a
 * line of JSON each. There is one for an array's parent and one for each child, and none for a submission.
 * Source: Batch user guide, batch_job_events.
 */
export function stateChanges(
  { region, account, resources, logs }: StateChangeOptions,
  clock: Clock,
): (job: Job, index: number | undefined) => void {
  if (resources.eventRules.length === 0) return () => undefined;
  // EventBridge names the streams that it makes by random ids.
  const streams = resources.eventRules.map(() => randomUUID());
  const waiting: string[][] = streams.map(() => []);
  let isQueued = false;
  const write = (): void => {
    isQueued = false;
    for (const [rule, { logGroup }] of resources.eventRules.entries()) {
      const lines = waiting[rule]!.splice(0);
      if (lines.length === 0) continue;
      try {
        logs.append(logGroup, streams[rule]!, lines, clock.now());
      } catch (error) {
        if (!isFull(error)) throw error;
        // What has changed was to be told: told later, in its order.
        waiting[rule]!.unshift(...lines);
        isQueued = true;
        setTimeout(write, roomMs).unref();
      }
    }
  };
  return (job, index) => {
    const { startedAt, ...detail } = jobDetail(job, index, { region, account }, resources);
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Batch Job State Change',
      source: 'aws.batch',
      account,
      time: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      region,
      resources: [detail.jobArn],
      detail: {
        ...detail,
        ...(startedAt === 0 ? {} : { startedAt }),
        tags: { ...(detail.tags as object), resourceArn: detail.jobArn },
      },
    };
    const line = JSON.stringify(event);
    for (const [rule, { pattern }] of resources.eventRules.entries())
      if (matchesPattern(pattern, event)) waiting[rule]!.push(line);
    if (isQueued) return;
    isQueued = true;
    // What changes together is one write, before anybody is answered.
    queueMicrotask(write);
  };
}
