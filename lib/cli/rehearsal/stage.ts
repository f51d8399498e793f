import { constants } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleStandIn } from '../../build/bundle.ts';
import type { RunStandIn } from '../../contract/ports/stand-in.ts';
import { configPrefix } from '../../contract/run/keys.ts';
import { makeFolder } from '../../contract/verb/make-folder.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { standInContainers } from '../../twin/container/stand-in-containers.ts';
import { type SimulatedClock, simulatedClock } from '../../twin/simulated-clock.ts';
import type { Twin } from '../../twin/twin.ts';
import { startTwinIn, type TwinLink } from '../twin/connect.ts';
import { dataBuckets } from '../twin/data-buckets.ts';
import { stateFolder, type TwinFolder } from '../twin/folder.ts';
import type { RehearsalOptions } from './options.ts';
import { seededWork } from './work.ts';

/** Where a rehearsal takes place: a twin of its own, in a folder of its own. */
export interface Stage {
  /** None with the real tool, which takes real time. */
  readonly clock?: SimulatedClock;
  /** Starts the twin; call it once. */
  open(say: (text: string) => void): Promise<TwinLink & Pick<Twin, 'hosts'>>;
}

export interface StageOptions {
  readonly options: RehearsalOptions;
  readonly home: TwinFolder;
  readonly config: LabConfig;
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly startAt: number;
  /** Whether the datasets of the user's twin are read, by the tool or for the list of items. */
  readonly needsData: boolean;
}

export function setStage({ options, home, config, folder, startAt, needsData }: StageOptions): Stage {
  const { realTool, faults, speed } = options;
  const clock = realTool ? undefined : simulatedClock({ startAt, ...(speed === undefined ? {} : { speed }) });
  return {
    ...(clock ? { clock } : {}),
    async open(say) {
      await makeFolder(folder, 0o700);
      const simulated = clock && {
        clock,
        containers: standInContainers({
          run: await loadStandIn(home.projectRoot),
          clock,
          work: seededWork(options),
        }),
      };
      // The tool mounts its datasets with the keys that the user's twin has.
      if (realTool) for (const path of ['secrets', 'keys.json']) await copyIn(path, home, folder);
      const link = await startTwinIn(join(folder, 'state'), home, config, say, { faults, ...simulated });
      try {
        await copyData(home, config, folder, link.deployment.outputBucket, needsData);
        return link;
      } catch (error) {
        await link.close();
        throw error;
      }
    },
  };
}

const standIns = new Map<string, Promise<RunStandIn>>();

/** The harness as every container has it, in a bundle for this process, which loads a file once whatever becomes of it. */
function loadStandIn(projectRoot: string): Promise<RunStandIn> {
  const loaded = standIns.get(projectRoot) ?? bundleAndLoad(projectRoot);
  standIns.set(projectRoot, loaded);
  return loaded;
}

async function bundleAndLoad(projectRoot: string): Promise<RunStandIn> {
  const file = await bundleStandIn(projectRoot);
  return (createRequire(file)(file) as { runStandIn: RunStandIn }).runStandIn;
}

/** What the submission reads of the user's twin, whose buckets are plain folders: copied, so that nothing of it can change. */
async function copyData(
  home: TwinFolder,
  config: LabConfig,
  folder: string,
  outputBucket: string,
  needsData: boolean,
): Promise<void> {
  const paths = [join(outputBucket, configPrefix), ...(needsData ? dataBuckets(config) : [])];
  for (const path of paths) await copyIn(join('s3', path), home, folder);
}

/** Copies a part of the user's twin, where it has it; on a file system that can, nothing is copied until it is written to. */
async function copyIn(path: string, home: TwinFolder, folder: string): Promise<void> {
  const options = { recursive: true, mode: constants.COPYFILE_FICLONE };
  await cp(join(stateFolder(home), path), join(folder, 'state', path), options).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    },
  );
}
