import { readFileSync } from 'node:fs';
import type { JobResources } from '../../../lib/contract/ports/open-run.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import type { FileStorage } from '../files/file-storage.ts';
import { checkVersion, storageOperations } from '../files/storage-operations.ts';
import type { JobQueue } from './job-queue.ts';
import { countOf, protocolVersion, type QueueOperation, RequestError, textOf } from './protocol.ts';

/** What a head is served once it has said hello: its run's queue and files. */
export interface HeadSession {
  readonly run: string;
  readonly queue: JobQueue;
  readonly storage: FileStorage;
  /** The socket at which processes beside the head find the files. */
  readonly socket: string;
}

/** The operations of a head. `open` brings the run up that it names, or a new one; called once. */
export function headOperations(
  open: (run: string | undefined) => Promise<HeadSession>,
): Readonly<Record<string, QueueOperation>> {
  let session: HeadSession | undefined;
  const now = (): HeadSession => {
    if (session) return session;
    throw new RequestError('bad-request', 'say hello first');
  };
  const files =
    (op: string): QueueOperation =>
    values =>
      storageOperations(now().storage)[op]!(values);
  return {
    async hello(values) {
      checkVersion(values);
      if (session) throw new RequestError('bad-request', 'hello was said');
      session = await told(() => open(values.run === null ? undefined : optionalText(values, 'run')));
      return { protocol: protocolVersion, run: session.run, socket: session.socket };
    },
    async send(values) {
      const { queue, storage } = now();
      const code = optionalText(values, 'code');
      const payload = payloadOf(textOf(values, 'payload'));
      // A file that is to be made anew must not be deleted after it was made.
      await storage.flush();
      return told(async () => ({
        ...(await queue.send({
          name: textOf(values, 'name'),
          fingerprint: textOf(values, 'fingerprint'),
          payload,
          resources: resourcesOf(values.resources),
          ...(code === undefined ? {} : { code }),
        })),
      }));
    },
    wait: async values => ({ name: (await now().queue.wait(countOf(values, 'timeoutMs'))) ?? null }),
    async receive(values) {
      const end = await told(() => now().queue.receive(textOf(values, 'name'), textOf(values, 'file')));
      return { after: end.hasResult, text: end.text, host: end.host ?? null };
    },
    async terminate(values) {
      await told(() => now().queue.terminateAll(textOf(values, 'reason')));
      return {};
    },
    async close(values) {
      const { queue, storage } = now();
      await told(() => queue.close(values.finished === true));
      await storage.flush();
      return {};
    },
    ...Object.fromEntries(['stat', 'push', 'pull', 'touch', 'offer', 'delete'].map(op => [op, files(op)])),
  };
}

/** What lab says to a person, as an answer. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const [{ fix } = {}] = error.problems;
    const message = error.problems.map(each => `${each.where}: ${each.message}`).join('\n');
    throw new RequestError(error.exitCode === 3 ? 'unavailable' : 'bad-request', message, fix);
  }
}

/** At once: a pickle of a few KB is read faster than a thread of the pool wakes up, and a head sends thousands. */
function payloadOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new RequestError('not-found', (error as Error).message);
  }
}

function resourcesOf(value: unknown): JobResources {
  const values = (value ?? {}) as Parameters<QueueOperation>[0];
  const market = values.market ?? 'spot';
  if (market !== 'spot' && market !== 'on-demand')
    throw new RequestError('bad-request', `market is spot or on-demand, and not ${JSON.stringify(market)}`);
  const timeoutSeconds = countOf(values, 'timeoutSeconds', 1);
  const scratchGiB = countOf(values, 'scratchGiB');
  const image = optionalText(values, 'image');
  const pool = optionalText(values, 'pool');
  return {
    vcpus: countOf(values, 'vcpus', 1) ?? 1,
    memoryMiB: countOf(values, 'memoryMiB', 1) ?? 4096,
    market,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(scratchGiB === undefined ? {} : { scratchGiB }),
    ...(image === undefined ? {} : { image }),
    ...(pool === undefined ? {} : { pool }),
  };
}

const optionalText = (values: Parameters<QueueOperation>[0], name: string): string | undefined =>
  values[name] === undefined || values[name] === null ? undefined : textOf(values, name);
