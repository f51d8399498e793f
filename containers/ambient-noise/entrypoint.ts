import { archivePath } from '../../jobs/ambient-noise/keys.ts';
import { env } from '../../lib/contract/workload/env.ts';
import type { MountSource } from '../../lib/contract/workload/mount.ts';
import { main } from '../runtime/main.ts';
import { datasetStore } from '../runtime/mounts/identity.ts';
import { containerWorld } from '../runtime/world.ts';
import type { WaveformArchive } from './places.ts';
import { noisePyOf } from './session-of.ts';
import { noiseTasks } from './tasks.ts';

const noisepy = noisePyOf(process.env);
const world = containerWorld(process.env, () => undefined);
const store = world.store(process.env[env.outputBucket] ?? '');

async function archive(): Promise<WaveformArchive> {
  const sources = JSON.parse(process.env[env.mounts] ?? '{}') as Record<string, MountSource>;
  const source = sources[archivePath];
  if (!source) throw new Error(`lab.config.ts says no dataset for ${archivePath}`);
  const from = await datasetStore(world, source);
  return {
    bucket: source.bucket,
    prefix: source.prefix,
    list: (...args) => from.list(...args),
    download: (...args) => from.download(...args),
  };
}

process.exitCode = await main(
  // Nothing is mounted: a day fetches what it needs.
  { tasks: noiseTasks({ store, session: noisepy.session, archive }), mounts: [] },
  process.argv.slice(2),
  process.env,
);
await noisepy.close();
