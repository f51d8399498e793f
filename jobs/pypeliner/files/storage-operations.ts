import { protocolVersion, type QueueOperation, RequestError, textOf } from '../queue/protocol.ts';
import type { FileState, FileStorage } from './file-storage.ts';

/** The operations on files. Those a job may not do, a job is not given: `jobOperations`. */
export function storageOperations(storage: FileStorage): Readonly<Record<string, QueueOperation>> {
  const at = (values: Parameters<QueueOperation>[0]) => storage.createStore(textOf(values, 'path'));
  return {
    ...jobOperations(storage),
    offer: async values => {
      const { warning, ...state } = await at(values).offer(absolute(values));
      return { ...shown(state), ...(warning ? { warning } : {}) };
    },
    delete: async values => shown(await at(values).delete()),
  };
}

/** What a job does with files: it looks, fetches, sends and touches, and deletes none. */
export function jobOperations(storage: FileStorage): Readonly<Record<string, QueueOperation>> {
  const at = (values: Parameters<QueueOperation>[0]) => storage.createStore(textOf(values, 'path'));
  return {
    hello: helloOfJob,
    stat: async values => shown(await at(values).state()),
    push: async values => shown(await at(values).push(absolute(values))),
    pull: async values => shown(await at(values).pull(absolute(values))),
    touch: async values => shown(await at(values).touch()),
  };
}

const shown = ({ exists, created }: FileState): object => ({ exists, created: created ?? null });

function absolute(values: Parameters<QueueOperation>[0]): string {
  const file = textOf(values, 'file');
  if (file.startsWith('/')) return file;
  throw new RequestError('bad-request', `file has to be an absolute path, and is ${JSON.stringify(file)}`);
}

/** What a process beside the head, or a job, says first. */
const helloOfJob: QueueOperation = async values => {
  checkVersion(values);
  return { protocol: protocolVersion };
};

/** Throws RequestError where the other side speaks another version. */
export function checkVersion({ protocol }: Parameters<QueueOperation>[0]): void {
  if (protocol !== protocolVersion)
    throw new RequestError(
      'bad-protocol',
      `protocol ${JSON.stringify(protocol)} is asked for, and this is ${protocolVersion}`,
      'install the arraylab-pypeliner of this project: pip install containers/pypeliner/python',
    );
}
