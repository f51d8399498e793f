import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStandIn, ToolCall, ToolEnd } from '../../contract/ports/stand-in.ts';
import { env, scratchSentinel } from '../../contract/workload/env.ts';
import type { ContainerSpec, Exit, RunContainer, RunningContainer } from '../batch/types.ts';
import type { SimulatedClock } from '../simulated-clock.ts';
import type { ContainerParts } from '../twin.ts';
import { outOfMemory } from './memory-limit.ts';
import { containerEnvironment, notCreated, sessionOf } from './process-containers.ts';

/** What a stand-in does instead of the tool. */
export interface StandInWork {
  /** How long it takes. */
  readonly seconds: number;
  /** Its memory grows evenly to this. */
  readonly peakMemoryMiB: number;
  readonly exitCode: number;
  readonly reason?: string;
}

export interface StandInOptions {
  readonly run: RunStandIn;
  readonly clock: SimulatedClock;
  work(call: ToolCall): StandInWork;
}

/** How often a harness looks for a spot notice, in ms. */
const lookMs = 5000;

/**
 * Runs the harness of every container in this process, with a stand-in for the tool that takes its time of a simulated
 * clock. The clock stands still while a harness works, and goes on while all of them wait for their tools.
 */
export const standInContainers =
  (options: StandInOptions) =>
  (parts: ContainerParts): RunContainer => {
    const scratch = join(parts.folder, 'scratch');
    mkdirSync(scratch, { recursive: true });
    writeFileSync(join(scratch, scratchSentinel), '');
    return spec =>
      spec.scratchMiB === undefined ? start(spec, { ...options, parts, scratch }) : notCreated();
  };

function start(
  spec: ContainerSpec,
  { run, clock, work, parts, scratch }: StandInOptions & { parts: ContainerParts; scratch: string },
): RunningContainer {
  const grant = parts.credentials.grant(spec.definition, sessionOf(spec));
  const stopping = new AbortController();
  const startedAt = clock.now();
  let release = clock.hold();
  let callOff = (): void => undefined;
  let callOffNotice = (): void => undefined;
  let isOver = false;
  let isKilled: (exit: Exit) => void = () => undefined;
  const killed = new Promise<Exit>(done => {
    isKilled = done;
  });
  /** A harness that is killed never hears of its tool again. */
  const kill = (exit: Exit): void => {
    isOver = true;
    callOff();
    isKilled(exit);
  };
  const stop = (why: string): void => {
    if (isOver || stopping.signal.aborted) return;
    spec.onOutput([`stopping: ${why}`]);
    stopping.abort(why);
  };
  const tool = (call: ToolCall): Promise<ToolEnd> => {
    const { seconds, peakMemoryMiB, ...end } = work(call);
    const isTooLarge = peakMemoryMiB > spec.memoryMiB;
    const ms = seconds * 1000 * (isTooLarge ? spec.memoryMiB / peakMemoryMiB : 1);
    const begun = clock.now();
    return new Promise(done => {
      const finish = (): void => {
        callOff();
        stopping.signal.removeEventListener('abort', finish);
        release = clock.hold();
        const share = ms === 0 ? 1 : Math.min(1, (clock.now() - begun) / (seconds * 1000));
        const peakMemoryBytes = Math.round(peakMemoryMiB * share) * 1024 * 1024;
        done({
          ...(share < 1 ? { exitCode: 143, reason: 'the stand-in was stopped' } : end),
          peakMemoryBytes,
        });
      };
      callOff = clock.after(ms, isTooLarge ? () => kill(outOfMemory) : finish);
      stopping.signal.addEventListener('abort', finish, { once: true });
      if (stopping.signal.aborted) finish();
      else release();
    });
  };
  const ignoreNotice = parts.metadata.onNotice(spec.instance, () => {
    const nextLookMs = lookMs - ((clock.now() - startedAt) % lookMs);
    callOffNotice = clock.after(nextLookMs, () => stop('spot notice'));
  });
  const harness = run({
    environment: environmentOf(spec, parts, grant.token, scratch),
    signal: stopping.signal,
    host: {
      hostname: spec.instance,
      instanceId: spec.instance,
      ...(spec.instanceType ? { instanceType: spec.instanceType } : {}),
      market: spec.isSpot ? 'spot' : 'on-demand',
    },
    now: () => new Date(clock.now()),
    tool,
    // What is killed prints no more, though its harness ends a little later.
    log: line => {
      if (!isOver) spec.onOutput([line]);
    },
  });
  const exited = Promise.race([harness.then(exitCode => ({ exitCode })), killed]).finally(() => {
    isOver = true;
    grant.revoke();
    ignoreNotice();
    callOffNotice();
    // When the scheduler has seen that it has ended.
    setImmediate(() => release());
  });
  return {
    signal: name => (name === 'SIGTERM' ? stop(name) : kill({ exitCode: 137 })),
    started: Promise.resolve(),
    exited,
  };
}

/** A container's, but for the scratch volume, which all share, and the instance's metadata: notices come by `onNotice`. */
function environmentOf(
  spec: ContainerSpec,
  { region, serverUrl }: ContainerParts,
  token: string | undefined,
  scratch: string,
): Record<string, string> {
  const { metadataUrl: _, ...rest } = spec;
  const options = { tools: [], node: process.execPath, region, serverUrl };
  return { ...containerEnvironment(options, rest, token), [env.scratch]: scratch };
}
