import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runShard } from '../../containers/runtime/run-shard.ts';
import { containerWorld } from '../../containers/runtime/world.ts';
import { env, scratchSentinel } from '../../lib/contract/workload/env.ts';
import type { Task } from '../../lib/contract/workload/task.ts';
import type { RunContainer } from '../../lib/twin/batch/types.ts';
import { containerEnvironment, sessionOf } from '../../lib/twin/container/process-containers.ts';
import type { JobDefinition } from '../../lib/twin/template/twin-stack.ts';
import type { ContainerParts } from '../../lib/twin/twin.ts';

/** A twin's containers as functions of this process: the harness, its role's keys and its requests are a container's. */
export function inProcess(parts: ContainerParts, tasks: Readonly<Record<string, Task>>) {
  const definitions = new Map<string, JobDefinition>();
  const tasksOf = (workload: string): Record<string, Task> =>
    Object.fromEntries(
      Object.entries(tasks)
        .map(([name, task]) => [name.split('/'), task] as const)
        .filter(([[owner]]) => owner === workload)
        .map(([[, step], task]) => [step!, task]),
    );
  const run: RunContainer = spec => {
    definitions.set(spec.definition.name, spec.definition);
    const scratch = join(parts.folder, `${spec.jobId.replace(':', '_')}.${spec.attempt}`);
    mkdirSync(scratch, { recursive: true });
    writeFileSync(join(scratch, scratchSentinel), '');
    const grant = parts.credentials.grant(spec.definition, sessionOf(spec));
    const options = { tools: [], node: process.execPath, region: parts.region, serverUrl: parts.serverUrl };
    const { metadataUrl: _, ...rest } = spec;
    const environment = { ...containerEnvironment(options, rest, grant.token), [env.scratch]: scratch };
    const stopping = new AbortController();
    const world = {
      ...containerWorld(environment, line => void spec.onOutput([line])),
      interruption: () => ({ signal: stopping.signal, stop: () => undefined }),
    };
    const exited = runShard(world, { tasks: tasksOf(spec.definition.workload), mounts: [], graceMs: 200 })
      .then(exitCode => ({ exitCode }))
      .finally(grant.revoke);
    return { signal: () => stopping.abort(), started: Promise.resolve(), exited };
  };
  return {
    run,
    /** Keys of the role that a definition's jobs have, once one of them has run. */
    async keysOf(definition: string) {
      const { token } = parts.credentials.grant(definitions.get(definition)!, 'test');
      const answer = await fetch(`${parts.serverUrl()}/_lab/credentials`, {
        headers: { authorization: token! },
      });
      const keys = (await answer.json()) as { AccessKeyId: string; SecretAccessKey: string; Token: string };
      return {
        accessKeyId: keys.AccessKeyId,
        secretAccessKey: keys.SecretAccessKey,
        sessionToken: keys.Token,
      };
    },
  };
}
