import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runShard } from '../../containers/runtime/run-shard.ts';
import { containerWorld } from '../../containers/runtime/world.ts';
import { workloads } from '../../jobs/index.ts';
import { startOwnTwin } from '../../lib/cli/twin/start.ts';
import { defineLab } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { env, scratchSentinel } from '../../lib/contract/workload/env.ts';
import type { RunContainer } from '../../lib/twin/batch/types.ts';
import { containerEnvironment, sessionOf } from '../../lib/twin/container/process-containers.ts';
import type { ContainerParts } from '../../lib/twin/twin.ts';

/** A twin whose jobs leave a pickle of 2 KB by the harness of every container, in this process: heads are what is measured. */
export async function benchTwin(projectRoot: string, folder: string) {
  const input = defineLab({ name: 'flows', workloads: { pypeliner: {} } });
  const configFile = join(folder, 'lab.config.json');
  writeFileSync(configFile, JSON.stringify(input));
  const config = resolveConfig(input, workloads);
  const place = {
    projectRoot,
    configFile,
    folder: join(folder, 'twin'),
    templates: join(projectRoot, '.lab', 'templates'),
    tools: [],
  };
  const twin = await startOwnTwin(place, config, () => undefined, {
    containers: inThisProcess,
    onRefusal: text => {
      throw new Error(text);
    },
  });
  writeFileSync(
    join(place.folder, 'server.json'),
    JSON.stringify({ ...twin, pid: process.pid, lab: config.name, region: config.region, tools: [] }),
  );
  return { twin, configFile, twinFolder: place.folder };
}

const inThisProcess = (parts: ContainerParts): RunContainer => {
  const scratch = join(parts.folder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  writeFileSync(join(scratch, scratchSentinel), '');
  const options = { tools: [], node: process.execPath, region: parts.region, serverUrl: parts.serverUrl };
  return spec => {
    const grant = parts.credentials.grant(spec.definition, sessionOf(spec));
    const environment: Record<string, string> = {
      ...containerEnvironment(options, spec, grant.token),
      [env.scratch]: scratch,
      [env.scratchGiB]: '0',
    };
    const work = environment[env.run] === undefined ? Promise.resolve(0) : harness(environment);
    return {
      signal: () => undefined,
      exited: work.then(exitCode => ({ exitCode })).finally(() => grant.revoke()),
    };
  };
};

function harness(environment: Record<string, string>): Promise<number> {
  const world = {
    ...containerWorld(environment, () => undefined),
    interruption: () => ({ signal: new AbortController().signal, stop: () => undefined }),
  };
  return runShard(world, {
    mounts: [],
    tasks: {
      run: {
        async run({ scratch, upload, outputPrefix }) {
          writeFileSync(join(scratch, 'after'), 'x'.repeat(2000));
          return { exitCode: 0, outputs: await upload(join(scratch, 'after'), `${outputPrefix}after`) };
        },
      },
    },
  });
}
