import { goneFrom } from '../../../jobs/plate-archive/current-objects.ts';
import { deletedKey, type PlateName } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { storedJson } from '../../../jobs/plate-archive/format/stored-json.ts';
import { nameOfArchive, readGeneration, readHead } from '../../../jobs/plate-archive/generations.ts';
import { createCommand, plateCommand } from '../../../jobs/plate-archive/plate/plate-command.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { plateOf } from '../../../jobs/plate-archive/plate/plate-request.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { TaskResult } from '../../../lib/contract/workload/task.ts';
import { tarThreads } from '../tar-threads.ts';
import { verifyPlate } from '../verifier/verify-plate.ts';
import { addressOf, asResult, below, type PlateContext, progress } from './plate-context.ts';

/** One plate: what is stored is read and compared, and only then there is a proof. */
export const verifyTask = {
  run: (context: PlateContext): Promise<TaskResult> =>
    asResult(async (): Promise<TaskResult> => {
      const { project = '', batch = '' } = context.parameters;
      const plate = plateOf(context.items[0]!, { project, batch });
      const [source, archive, proofs] = [
        context.place('source'),
        context.place('archive'),
        context.place('proofs'),
      ];
      const name = await nameOfArchive(below(archive), plate);
      if (!name) throw new PlateError([`there is no archive of ${plate.plate}: submit plate-archive first`]);
      const { digest } = name;
      const head = await readHead(below(archive), plate, name);
      const key = deletedKey(plate, digest);
      const deleted = await below(context.place('journals')).get(key);
      const isGone = async (): Promise<boolean> =>
        (await goneFrom(source.store, (await readGeneration(below(archive), plate, name)).inventory)) > 0;
      if (deleted && (await isGone())) {
        // It was archived before, and there is no source to compare it with.
        const { at } = storedJson<{ at: string }>(deleted, key);
        context.log(
          `${plate.plate} was deleted behind its proof on ${at}: lab archive audit holds it to that`,
        );
        return { exitCode: 0, facts: { 'deleted behind its proof': at } };
      }
      const vcpus = Math.max(1, Math.floor(context.limits.vcpus));
      const threads = tarThreads(vcpus);
      threads.expect(head);
      const said = progress(context.log, plate.plate, head.bytes);
      try {
        const { findings, proof } = await verifyPlate({
          ...{ plate, digest, connections: 16, parallel: vcpus },
          source: source.store,
          archive: below(archive),
          proofs: below(proofs),
          now: () => new Date(),
          proofDays: Number(context.parameters['proof-days'] ?? 30),
          signal: context.signal,
          checkTar: check =>
            threads.check(
              {
                object: check.object,
                expected: check.expected,
                connections: check.connections,
                source: { ...addressOf(source, context.environment), prefix: '' },
                archive: addressOf(archive, context.environment),
              },
              said.took,
            ),
        });
        for (const { check, what } of findings.list) context.log(`${check}: ${what}`);
        if (!proof) {
          const many = findings.count === 1 ? '' : `${counted(findings.count, 'finding')}: `;
          const then = nextOf(plate, new Set(findings.list.map(({ check }) => check)));
          const reason = `${many}${findings.list[0]?.what ?? ''}${then}`;
          return { exitCode: exitCodes.toolFailed, reason };
        }
        const kinds = Object.entries(proof.witnesses).map(([kind, count]) => `${count} by ${kind}`);
        context.log(
          `${plate.plate} is proven until ${proof.expiresAt}: ${counted(proof.objects, 'object')} (${kinds.join(', ')})`,
        );
        return {
          exitCode: 0,
          bytesIn: said.done,
          facts: { objects: proof.objects, bytes: proof.bytes, 'proven until': proof.expiresAt },
        };
      } finally {
        await threads.stop();
      }
    }),
};

/** What follows, behind what was found. */
function nextOf(plate: PlateName, found: ReadonlySet<string>): string {
  if (found.has('source-gone'))
    return `; it comes back from this archive: ${plateCommand('restore', plate)}; the plate is archived without it: ${createCommand(plate)} --again`;
  if (found.has('source-changed') || found.has('source-added'))
    return `; the plate is archived as it is now: ${createCommand(plate)}`;
  // The archive is well.
  if (['tagged', 'source-looked-at', 'source-not-again'].some(check => found.has(check))) return '';
  return `; the plate is archived anew: ${createCommand(plate)}`;
}
