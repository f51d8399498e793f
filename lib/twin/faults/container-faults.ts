import { hostLost } from '../batch/attempt.ts';
import type { ContainerSpec, Exit, RunContainer, RunningContainer } from '../batch/types.ts';
import { type Clock, realClock } from '../clock.ts';
import { chance } from './chance.ts';
import type { ContainerFault, Faults } from './config.ts';
import type { InstanceMetadata } from './instance-metadata.ts';

export interface ContainerFaultOptions {
  readonly faults: Faults;
  readonly metadata: InstanceMetadata;
  /** This machine's when left out. */
  readonly clock?: Clock;
  /** The twin's address, for containers that ask for their instance's metadata. */
  serverUrl(): string;
}

/** A run's id in the names of its jobs: another with every submission, which is not to draw anew for that. */
const runId = /-\d{8}t\d{6}z-[0-9a-f]{6}(?=-)/;

/** Ends a container with what ECS would report, whatever its process answers. */
type End = (exit: Exit) => void;
/** The container's host has its notice. */
type Drain = () => void;

/** Runs containers as `run` does, and lets happen to them what the configuration says. */
export function withContainerFaults(run: RunContainer, options: ContainerFaultOptions): RunContainer {
  const { faults, metadata, clock = realClock() } = options;
  const struck = faults.containers.map(() => 0);
  const onInstance = new Map<string, Set<End>>();

  /** Whether a rule strikes an attempt depends on the attempt's name alone, not on when it starts. */
  const strikes = (rule: ContainerFault, index: number, spec: ContainerSpec): number | undefined => {
    if (!matches(rule, spec) || struck[index]! >= (rule.times ?? Number.POSITIVE_INFINITY)) return undefined;
    const name = [
      spec.jobName.replace(runId, ''),
      spec.environment.AWS_BATCH_JOB_ARRAY_INDEX ?? '',
      spec.attempt,
    ];
    if (chance(faults.seed, 'container', index, ...name) >= rule.probability) return undefined;
    struck[index]!++;
    const [from, to] = rule.afterMs;
    return from + chance(faults.seed, 'when', index, ...name) * (to - from);
  };

  const lose = (instance: string): void => {
    for (const end of onInstance.get(instance) ?? []) end({ statusReason: hostLost(instance) });
  };

  /** What happens some time after the start. */
  const later = (rule: ContainerFault, { instance }: ContainerSpec, end: End, drain: Drain): void => {
    if (rule.fault === 'out-of-memory')
      end({ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' });
    else if (rule.fault === 'host-lost' || rule.noticeSeconds === 0) lose(instance);
    else {
      const ms = rule.noticeSeconds * (faults.pace.secondMs ?? 1000);
      metadata.notice(instance, new Date(clock.now() + ms));
      drain();
      clock.after(ms, () => lose(instance));
    }
  };

  return spec => {
    const struckBy = faults.containers.flatMap((rule, index) => {
      const afterMs = strikes(rule, index, spec);
      return afterMs === undefined ? [] : [{ rule, afterMs }];
    });
    if (struckBy.some(({ rule }) => rule.fault === 'image-pull')) return notPulled(spec);
    const full = struckBy.find(({ rule }) => rule.fault === 'disk-full')?.rule;
    const container = run({
      ...spec,
      ...(full ? { scratchMiB: full.freeMiB } : {}),
      metadataUrl: `${options.serverUrl()}${metadata.path(spec.instance)}`,
    });
    return endable(container, (end, drain) => {
      const here = onInstance.get(spec.instance) ?? new Set();
      onInstance.set(spec.instance, here.add(end));
      const callOffs = struckBy
        .filter(({ rule }) => rule.fault !== 'disk-full')
        .map(({ rule, afterMs }) => clock.after(afterMs, () => later(rule, spec, end, drain)));
      return () => {
        for (const callOff of callOffs) callOff();
        here.delete(end);
        if (here.size === 0) onInstance.delete(spec.instance);
      };
    });
  };
}

/** A container that can be ended from outside: killed, and reported as ended with what is given. */
function endable(
  container: RunningContainer,
  watch: (end: End, drain: Drain) => () => void,
): RunningContainer {
  let given: Exit | undefined;
  let drain: Drain = () => undefined;
  const draining = new Promise<void>(done => {
    drain = done;
  });
  const unwatch = watch(exit => {
    given ??= exit;
    container.signal('SIGKILL');
  }, drain);
  return { ...container, draining, exited: container.exited.then(exit => given ?? exit).finally(unwatch) };
}

function matches(rule: ContainerFault, spec: ContainerSpec): boolean {
  const index = spec.environment.AWS_BATCH_JOB_ARRAY_INDEX;
  const { jobName } = rule;
  return (
    (rule.fault !== 'spot-reclaim' || spec.isSpot) &&
    (rule.workload === undefined || rule.workload === spec.definition.workload) &&
    (rule.index === undefined || String(rule.index) === index) &&
    (rule.attempt === undefined || rule.attempt === spec.attempt) &&
    (jobName === undefined ||
      (jobName.endsWith('*') ? spec.jobName.startsWith(jobName.slice(0, -1)) : spec.jobName === jobName))
  );
}

const notPulled = (spec: ContainerSpec): RunningContainer => ({
  signal: () => undefined,
  started: new Promise(() => undefined),
  exited: Promise.resolve({
    statusReason: 'Task failed to start',
    reason: `CannotPullContainerError: Error response from daemon: pull access denied for ${spec.definition.image}, or the registry cannot be reached`,
  }),
});
