import { failedPrefix, outputsPrefix } from '../../lib/contract/run/keys.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { TaskContext } from '../../lib/contract/workload/task.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { runTool } from './exec.ts';
import { ShardFailure } from './failure.ts';
import { frozenFile } from './frozen-file.ts';
import { failedLimits, keepFailed, keptText } from './keep-failed.ts';
import { stage } from './mounts/stage.ts';
import type { ItemsInput } from './run-items.ts';
import { toolEnvironment } from './tool-environment.ts';
import { uploadPath } from './upload.ts';

/** What a task gets, and the highest memory of the tools it has run so far, in bytes. */
export function taskContext(
  { world, shard, mounts, signal, graceMs }: ItemsInput,
  items: readonly Item[],
  name: string,
  scratch: string,
): { readonly context: TaskContext; peakMemoryBytes(): number } {
  let peak = 0;
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
    limits: { vcpus: shard.stepPlan.vcpus, memoryMiB: shard.stepPlan.memoryMiB },
    environment,
    signal,
    exec: async (command, options = {}) => {
      const result = await runTool({
        command,
        cwd: options.cwd ?? scratch,
        environment: { ...environment, ...options.environment },
        signal,
        graceMs,
        onLine: line => {
          options.onLine?.(line);
          // Whoever reads our log may be behind: the tool then waits.
          return log(line);
        },
      });
      peak = Math.max(peak, result.peakMemoryBytes ?? 0);
      return result;
    },
    outputPrefix: outputsPrefix(shard.run, name),
    exists: key => shard.store.head(key).then(Boolean, asFailure(exitCodes.mountFailed)),
    file: parameter => frozenFile(shard, parameter, scratch).catch(asFailure(exitCodes.mountFailed)),
    download: (prefix, folder) =>
      stage(shard.store, prefix, folder, signal).catch(asFailure(exitCodes.mountFailed)),
    upload: (path, key) => uploadPath(shard.store, path, key, log).catch(asFailure(exitCodes.outputFailed)),
    keepFailed: async paths => {
      const prefix = `${failedPrefix(shard.run, name)}${shard.round}.${shard.attempt}/`;
      const limit = signal.aborted ? failedLimits.interrupted : failedLimits.failed;
      const told = keptText(await keepFailed(shard.store, paths, prefix, limit), shard.store.bucket, prefix);
      if (told) log(told);
    },
    log,
  };
  return { context, peakMemoryBytes: () => peak };
}

/** An error of a store as the failure that it means here. */
const asFailure =
  (exitCode: number) =>
  (error: unknown): never => {
    throw error instanceof ShardFailure ? error : new ShardFailure(exitCode, (error as Error).message);
  };
