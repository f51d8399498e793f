import { checkpointKey, failedPrefix, madeKey, outputsPrefix } from '../../../lib/contract/run/keys.ts';
import { readItemRecord } from '../../../lib/contract/run/read-stored.ts';
import { env } from '../../../lib/contract/workload/env.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import type { Checkpoint, ExecOptions, TaskContext } from '../../../lib/contract/workload/task.ts';
import type { Item } from '../../../lib/contract/workload/workload.ts';
import { runTool } from '../exec.ts';
import { ShardFailure } from '../failure.ts';
import { frozenFile } from '../frozen-file.ts';
import { failedLimits, keepFailed, keptText } from '../keep-failed.ts';
import { logTail } from '../log-tail.ts';
import { downloadPrefix } from '../mounts/download-prefix.ts';
import { type NodeWatch, nodeOf } from '../node-watch.ts';
import { laneOf } from '../read-shard.ts';
import { roleEnvironment, toolEnvironment } from '../tool-environment.ts';
import { uploadPath } from '../upload.ts';
import type { ContainerWorld } from '../world.ts';
import type { ItemsInput } from './items-input.ts';
import { taskPlaces } from './task-places.ts';
import { taskSecret } from './task-secret.ts';

interface ToolsUse {
  readonly peakMemoryBytes: number;
  readonly cpuSeconds: number;
}

/** What a task gets; of the tools it has run so far, what they have used and their last lines. */
export function taskContext(
  { world, shard, scratchBytes, mounts, signal, graceMs, nodes }: ItemsInput,
  items: readonly Item[],
  name: string,
  scratch: string,
): { readonly context: TaskContext; used(): ToolsUse; tail(): readonly string[] } {
  let peak = 0;
  let cpuSeconds = 0;
  const tail = logTail();
  const { vcpus, memoryMiB } = laneOf(shard);
  const log = (line: string): Promise<void> | undefined => world.log(`[${name}] ${line}`);
  const environment = {
    ...toolEnvironment(world.environment),
    [env.item]: name,
    [env.itemLabels]: JSON.stringify(items[0]?.labels ?? {}),
    TMPDIR: scratch,
  };
  const context: TaskContext = {
    step: shard.step,
    items,
    parameters: shard.plan.parameters,
    arguments: shard.plan.arguments,
    scratch,
    mounts,
    limits: { vcpus, memoryMiB, scratchBytes },
    ...nodeContext(world, nodes),
    now: world.now,
    environment,
    signal,
    exec: async (command, options = {}) => {
      const result = await runTool({
        command,
        cwd: options.cwd ?? scratch,
        environment: { ...environment, ...credentialsFor(world, options), ...options.environment },
        signal,
        graceMs,
        onLine: line => {
          options.onLine?.(line);
          tail.add(line);
          // Whoever reads our log may be behind: the tool then waits.
          return log(line);
        },
      });
      peak = Math.max(peak, result.peakMemoryBytes ?? 0);
      cpuSeconds += result.cpuSeconds ?? 0;
      return result;
    },
    outputPrefix: outputsPrefix(shard.run, name),
    exists: key => shard.store.head(key).then(Boolean, asFailure(exitCodes.mountFailed)),
    file: parameter => frozenFile(shard, parameter, scratch).catch(asFailure(exitCodes.mountFailed)),
    download: (prefix, folder) =>
      downloadPrefix(shard.store, prefix, folder, signal).catch(asFailure(exitCodes.mountFailed)),
    upload: (path, key) => uploadPath(shard.store, path, key, log).catch(asFailure(exitCodes.outputFailed)),
    keepFailed: async paths => {
      const prefix = `${failedPrefix(shard.run, name)}${shard.round}.${shard.attempt}/`;
      const limit = signal.aborted ? failedLimits.interrupted : failedLimits.failed;
      const told = keptText(await keepFailed(shard.store, paths, prefix, limit), shard.store.bucket, prefix);
      if (told) log(told);
    },
    place: taskPlaces(world, shard.plan.parameters),
    secret: taskSecret(world),
    checkpoint: (item, step = shard.step) => checkpoint(shard, step, item),
    outputsOf: async (item, step) => {
      const body = await shard.store.get(madeKey(shard.run, step, item));
      return body && (readItemRecord(body).outputs ?? []);
    },
    log,
  };
  return { context, used: () => ({ peakMemoryBytes: peak, cpuSeconds }), tail: tail.lines };
}

/** Written over and over, read in any later attempt: bound to the step and the item alone. */
function checkpoint({ store, run }: ItemsInput['shard'], step: string, item: string): Checkpoint {
  const key = checkpointKey(run, step, item);
  return {
    read: async () => (await store.get(key))?.toString('utf8'),
    write: async text => void (await store.put(key, text)),
  };
}

/** A tool is the job's role only where its kind has said so at the deploy. */
function credentialsFor(world: ContainerWorld, { credentials }: ExecOptions): Record<string, string> {
  if (credentials === undefined) return {};
  if (world.environment[env.toolCredentials] === 'role') return roleEnvironment(world.environment);
  throw new ShardFailure(exitCodes.badJob, 'tools of this kind of job get no credentials: toolCredentials');
}

function nodeContext(world: ContainerWorld, nodes: NodeWatch | undefined): Pick<TaskContext, 'node'> {
  const node = nodeOf(world);
  return node ? { node: { ...node, othersDone: async () => nodes?.othersDone() } } : {};
}

/** An error of a store as the failure that it means here. */
const asFailure =
  (exitCode: number) =>
  (error: unknown): never => {
    throw error instanceof ShardFailure ? error : new ShardFailure(exitCode, (error as Error).message);
  };
