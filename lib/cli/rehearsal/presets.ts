import type { Faults } from '../../twin/faults/config.ts';

const minutes = (count: number): number => count * 60_000;
/**
 * How long what Batch does takes in a rehearsal, in simulated ms: jobs are looked at, images are pulled, hosts boot and
 * join their cluster, idle ones are kept. AWS promises none of these; a file of faults has its own where it says so.
 */
export const rehearsalPace: Faults['pace'] = {
  submittedMs: 1000,
  startingMs: 15_000,
  hostBootMs: minutes(3),
  hostIdleMs: minutes(5),
};
const spot = { fault: 'spot-reclaim', afterMs: [0, minutes(60)] };

/** Faults by name, for `--faults`: docs/twin-faults.md says what they are. */
export const presets: Readonly<Record<string, object>> = {
  none: {},
  spot: {
    containers: [
      { ...spot, probability: 0.05, noticeSeconds: 120 },
      { ...spot, probability: 0.01, noticeSeconds: 0 },
    ],
  },
  rough: {
    containers: [
      { ...spot, probability: 0.1, noticeSeconds: 120 },
      { fault: 'host-lost', probability: 0.01, afterMs: [0, minutes(60)] },
      { fault: 'image-pull', probability: 0.02 },
      { fault: 'out-of-memory', probability: 0.005, afterMs: [0, minutes(60)] },
    ],
    requests: [
      { fault: 'throttle', service: 'batch', probability: 0.02 },
      { fault: 'unavailable', service: 's3', probability: 0.002 },
    ],
  },
};
