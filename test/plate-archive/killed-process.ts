import { archivePlate } from '../../containers/plate-archive/archiver/archive-plate.ts';
import { makeTar } from '../../containers/plate-archive/archiver/make-tar.ts';
import { deletePlate } from '../../containers/plate-archive/deleter/delete-plate.ts';
import { defaultFolders, readFolders } from '../../jobs/plate-archive/plate/plate-folders.ts';
import { prefixed } from '../../jobs/plate-archive/prefixed.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';

/** An archiver or a deleter over sockets that is killed, as by kill -9, at a request: `<verb> <url> <number> [digest]`. */
const [verb, endpoint = '', at = '', digest = ''] = process.argv.slice(2);
const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
export const plate = { project: 'P', batch: 'B', plate: 'K1', plateFull: 'K1 full', labels: {} };
let requests = 0;

/** Counts requests; the one whose number it is goes out, and its answer finds nobody. */
function deadly(store: ObjectStore): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return (...words: readonly unknown[]) => {
        const answer = Reflect.apply(value, target, words) as unknown;
        if (++requests === Number(at)) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
        return answer;
      };
    },
  });
}
const bucket = (name: string): ObjectStore =>
  deadly(objectStore({ bucket: name, region: 'us-east-1', endpoint, credentials: fixedKeys(keys) }));
const cold = bucket('cold');
const places = {
  source: bucket('live'),
  archive: prefixed(cold, 'plates/'),
  proofs: prefixed(cold, 'proofs/'),
  journal: prefixed(cold, 'journals/'),
};
const common = { ...places, plate, now: () => new Date(), log: () => undefined };
if (verb === 'archive')
  await archivePlate({
    ...common,
    rules: readFolders(defaultFolders).rules,
    tarBytes: 6 * 1024 * 1024,
    storageClass: 'DEEP_ARCHIVE',
    makeTars: async ({ inventory }, plans) => {
      const world = { source: places.source, archive: places.archive, plate, digest: inventory.digest };
      const made = [];
      for (const plan of plans)
        made.push(await makeTar({ ...world, partBytes: 5 * 1024 * 1024, connections: 2 }, plan));
      return made;
    },
  });
else await deletePlate({ ...common, digest, parallel: 2 });
process.stdout.write(`${requests}\n`);
