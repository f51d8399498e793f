import { type Deployment, deploymentOf } from '../../aws/deployment.ts';
import type { Endpoint } from '../../aws/endpoint.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { Person } from '../../twin/access/people.ts';
import type { Twin, TwinOptions } from '../../twin/twin.ts';
import type { TwinFolder } from './folder.ts';
import { isOfBefore, type RunningTwin, readServer } from './server.ts';

export interface TwinLink {
  readonly endpoint: Endpoint;
  readonly deployment: Deployment;
  readonly keys: Twin['keys'];
  /** Whether it runs in this process and ends with it. */
  readonly own: boolean;
  /** Where it is this process's own, nothing of it runs before: a look at a run would kill what it began. */
  runJobs(): void;
  close(): Promise<void>;
}

/** The twin that is up, or one of this process's own. */
export async function connectTwin(
  home: TwinFolder,
  config: LabConfig,
  say: (text: string) => void,
  as: Person = 'members',
): Promise<TwinLink> {
  const server = await readServer(home);
  if (server && server.lab !== config.name) {
    throw new LabError({
      where: '--local',
      message: `the twin that is up is lab ${server.lab}'s`,
      fix: 'npx lab twin down, then again',
    });
  }
  if (server && isOfBefore(server, config))
    say(
      'the twin that is up was started over another lab.config.ts: npx lab twin down, then npx lab twin up',
    );
  if (server) return link({ ...server, runJobs: () => {}, close: async () => {} }, as, config.name, false);
  // The twin is loaded by whoever starts one: most calls talk to one that is up, or to AWS.
  const { startOwnTwin } = await import('./start.ts');
  const twin = await startOwnTwin(home, config, say, { holdsJobs: true });
  return link({ ...twin, region: config.region }, as, config.name, true);
}

/** A twin of this process's own in another folder: of the user's twin it shares nothing but the synthesized stack. */
export async function startTwinIn(
  folder: string,
  home: TwinFolder,
  config: LabConfig,
  say: (text: string) => void,
  options: Pick<TwinOptions, 'clock' | 'faults' | 'containers'>,
): Promise<TwinLink & Pick<Twin, 'hosts'>> {
  const { startOwnTwin } = await import('./start.ts');
  const twin = await startOwnTwin(home, config, say, { folder, ...options });
  return {
    ...link({ ...twin, region: config.region }, 'members', config.name, true),
    hosts: twin.hosts,
  };
}

function link(
  twin: Pick<RunningTwin, 'url' | 'region' | 'keys' | 'outputs'> & Pick<Twin, 'runJobs' | 'close'>,
  as: Person,
  lab: string,
  own: boolean,
): TwinLink {
  return {
    endpoint: { region: twin.region, url: twin.url, credentials: twin.keys[as] },
    keys: twin.keys,
    deployment: deploymentOf(twin.outputs, lab),
    own,
    runJobs: () => twin.runJobs(),
    close: () => twin.close(),
  };
}
