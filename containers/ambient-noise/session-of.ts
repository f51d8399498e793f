import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TaskContext } from '../../lib/contract/workload/task.ts';
import { type NoisePy, startNoisePy } from './noisepy/session.ts';

/**
 * NoisePy for a container: started when a day first needs it, and again where it has ended; one for all days of the shard.
 * Ends with the process, whose pipe it reads.
 */
export function noisePyOf(environment: Readonly<Record<string, string | undefined>>): {
  session(context: TaskContext): Promise<NoisePy>;
  close(): Promise<void>;
} {
  let running: Promise<NoisePy> | undefined;
  const python = environment.NOISEPY_PYTHON ?? 'python3';
  const driver = (): string =>
    environment.NOISEPY_DRIVER ?? driverBeside(dirname(fileURLToPath(import.meta.url)));
  let current: TaskContext;
  return {
    async session(context) {
      // A line belongs to the item that is under way, and not to the one that NoisePy was started for.
      current = context;
      // One day that ends it, for want of memory for instance, is not to end those behind it.
      if (await running?.then(session => session.hasEnded())) running = undefined;
      running ??= startNoisePy({
        python,
        driver: driver(),
        environment: context.environment,
        threads: Math.max(1, Math.floor(context.limits.vcpus)),
        log: line => void current.log(line),
        signal: context.signal,
      }).catch(error => {
        running = undefined;
        throw error;
      });
      return running;
    },
    async close() {
      await running?.then(session => session.close()).catch(() => undefined);
      running = undefined;
    },
  };
}

/** In an image beside the bundle; on the twin the bundle is the project's, and the driver where it is written. */
function driverBeside(folder: string): string {
  const places = [folder, join(folder, '../../containers/ambient-noise')];
  const found = places.map(place => join(place, 'noisepy', 'driver.py')).find(existsSync);
  if (!found) throw new Error(`there is no noisepy/driver.py in ${places.join(' or ')}`);
  return found;
}
