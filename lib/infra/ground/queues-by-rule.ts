/**
 * A pattern has at most 2,048 characters (EventBridge's quota), and a queue's ARN up to 185 with the longest partition,
 * region and name.
 */
const queuesPerRule = 10;

/** The queues that a rule of EventBridge's each can name. */
export function queuesByRule<T>(queues: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(queues.length / queuesPerRule) }, (_, index) =>
    queues.slice(index * queuesPerRule, (index + 1) * queuesPerRule),
  );
}
