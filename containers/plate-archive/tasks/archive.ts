import { sealKey } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { plateOf, readPlateRequest } from '../../../jobs/plate-archive/plate/plate-request.ts';
import { describeProblem } from '../../../lib/contract/workload/errors.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { TaskResult } from '../../../lib/contract/workload/task.ts';
import { archivePlate } from '../archiver/archive-plate.ts';
import { isDirect } from '../archiver/index-tar.ts';
import { tarThreads } from '../tar-threads.ts';
import { addressOf, asResult, below, type PlateContext, progress } from './plate-context.ts';

/** Parts of the tars' uploads. Three of them a thread are all that is held of a plate. */
const partBytes = 8 * 1024 * 1024;
/** Objects that a thread reads at once: a part holds three or four usual images, and a thousand small objects that S3 takes its time for. */
const connections = 32;

/** One plate: inventory, tars, index, seal. */
export const archiveTask = {
  run: (context: PlateContext): Promise<TaskResult> =>
    asResult(async () => {
      const { request, problems } = readPlateRequest(context.parameters);
      if (problems.length > 0) throw new PlateError(problems.map(describeProblem));
      const item = context.items[0]!;
      const plate = plateOf(item, request);
      const [source, archive, proofs] = [
        context.place('source'),
        context.place('archive'),
        context.place('proofs'),
      ];
      const { storageClass } = request;
      // Of this attempt: what an earlier one has made is not made again.
      let [bytesIn, bytesOut] = [0, 0];
      const threads = tarThreads(Math.max(1, Math.floor(context.limits.vcpus)));
      try {
        const { seal, digest, wasWhole } = await archivePlate({
          ...{ plate, storageClass, rules: request.rules, tarBytes: request.tarBytes, again: request.again },
          source: source.store,
          archive: below(archive),
          proofs: below(proofs),
          checkpoint: context.checkpoint(item.name),
          now: () => new Date(),
          log: context.log,
          signal: context.signal,
          onListed: bytes => threads.expect({ bytes, tarBytes: request.tarBytes }),
          makeTars: async ({ inventory }, plans) => {
            const said = progress(context.log, plate.plate, inventory.head.bytes);
            const stop = (): void => void threads.stop();
            context.signal.addEventListener('abort', stop, { once: true });
            const made = await Promise.all(
              plans.map(plan =>
                threads.make(
                  {
                    ...{ plate, plan, partBytes, connections, digest: inventory.digest },
                    source: { ...addressOf(source, context.environment), prefix: '' },
                    archive: addressOf(archive, context.environment),
                    ...(isDirect(storageClass) ? { storageClass } : {}),
                  },
                  said.took,
                ),
              ),
            ).finally(async () => {
              context.signal.removeEventListener('abort', stop);
              // What comes now is done here, and another thread's memory is as much as the index takes.
              await threads.stop();
            });
            bytesIn = said.done;
            bytesOut = made.reduce((sum, { bytes }) => sum + bytes, 0);
            return made;
          },
        });
        context.log(
          wasWhole
            ? `${plate.plate} was archived before: ${counted(seal.objects, 'object')} in ${counted(seal.tars.length, 'tar')}`
            : `${plate.plate}: ${counted(seal.objects, 'object')}, ${seal.bytes} bytes, in ${counted(seal.tars.length, 'tar')}`,
        );
        return {
          exitCode: 0,
          bytesIn,
          bytesOut,
          outputs: [{ bucket: archive.bucket, key: archive.prefix + sealKey(plate, digest), bytes: 0 }],
          facts: {
            objects: seal.objects,
            bytes: seal.bytes,
            tars: seal.tars.length,
            archive: digest.slice(0, 16),
          },
        };
      } finally {
        await threads.stop();
      }
    }),
};
