import { workloads } from '../../../jobs/index.ts';
import { enabledContexts } from '../../build/contexts.ts';
import { synthesized } from '../../build/synthesize.ts';
import { makeFolder } from '../../contract/verb/make-folder.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { startTwin, type Twin, type TwinOptions } from '../../twin/twin.ts';
import { dataBuckets, publicBuckets } from './data-buckets.ts';
import { stateFolder, type TwinFolder } from './folder.ts';

/** A twin in this process, over the stack as it is now. */
export async function startOwnTwin(
  home: TwinFolder,
  config: LabConfig,
  say: (text: string) => void,
  more: Partial<TwinOptions> = {},
): Promise<Twin> {
  const template = await prepareTwin(home, config, say);
  return startTwin({
    folder: stateFolder(home),
    projectRoot: home.projectRoot,
    region: config.region,
    template,
    datasetBuckets: dataBuckets(config),
    publicBuckets: publicBuckets(config),
    node: process.execPath,
    tools: home.tools,
    ...more,
  });
}

/** Bundles the entrypoints, and answers the template of the stack, synthesized where what it is made from has changed. */
export async function prepareTwin(
  home: TwinFolder,
  config: LabConfig,
  say: (text: string) => void,
): Promise<object> {
  const { projectRoot, configFile, runApp, templates } = home;
  await makeFolder(home.folder, 0o700);
  const contexts = enabledContexts(workloads, config);
  return synthesized({ projectRoot, configFile, lab: config.name, contexts }, templates, say, runApp);
}
