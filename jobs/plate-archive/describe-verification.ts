import { isStoreError } from '../../lib/contract/ports/object-store.ts';
import type { Item, RunRequest, SpecPorts } from '../../lib/contract/workload/workload.ts';
import { goneFrom } from './current-objects.ts';
import { deletedKey, indexTarKey } from './format/archive-keys.ts';
import { storedJson } from './format/stored-json.ts';
import { nameOfArchive, readGeneration } from './generations.ts';
import { PlateError } from './plate/plate-error.ts';
import { plateOf } from './plate/plate-request.ts';
import { prefixed } from './prefixed.ts';
import {
  askForTars,
  coldLines,
  eachPlate,
  howOf,
  type Parameters,
  type PlateLook,
} from './restore/describe-restore.ts';
import { readSeal } from './restore/find-entries.ts';
import { type NeededTar, neededTars, stateOf } from './restore/thaw.ts';

/** Plates that nothing can be proved of anew: there is no archive, or nothing at the source that it could be compared with. */
export async function verificationProblems(
  items: readonly Item[],
  { parameters }: RunRequest,
  ports: SpecPorts,
): Promise<readonly string[]> {
  const { project = '', batch = '' } = parameters;
  const [archive, journals] = [storeOf(ports, 'archive'), storeOf(ports, 'journals')];
  const problems: string[] = [];
  for (const item of items) {
    ports.signal.throwIfAborted();
    const plate = plateOf(item, { project, batch });
    try {
      const name = await nameOfArchive(archive, plate);
      if (!name) {
        problems.push(`there is no archive of ${item.name}: lab archive create`);
        continue;
      }
      const key = deletedKey(plate, name.digest);
      // Whoever may not see journals hears of it from the verifier.
      const deleted = await journals.get(key).catch(ifRefused);
      if (!deleted) continue;
      const { at } = storedJson<{ at: string }>(deleted, key);
      const { inventory } = await readGeneration(archive, plate, name);
      const gone = await goneFrom(ports.place('source').store, inventory);
      // All of it was given back.
      if (gone === 0) continue;
      problems.push(
        `${item.name} was deleted behind its proof on ${at.slice(0, 10)}, so that there is no source to compare its archive with: lab archive audit holds it to that proof`,
      );
    } catch (error) {
      if (!(error instanceof PlateError)) throw error;
      problems.push(...error.problems.map(problem => `${item.name}: ${problem}`));
    }
  }
  return problems;
}

/** What has to thaw first, with price and time: a verification reads every byte. */
export const describeVerification = (
  items: readonly Item[],
  request: RunRequest,
  ports: SpecPorts,
): Promise<readonly string[]> =>
  eachPlate(items, request, ports, lookAtTars, async ({ lines }) => lines).then(linesOf);

/** Asks for all tars that are cold, and says which plates wait for theirs. */
export const readyToVerify = (
  items: readonly Item[],
  request: RunRequest,
  ports: SpecPorts,
): Promise<readonly string[]> =>
  eachPlate(items, request, ports, lookAtTars, ({ ask }) => ask()).then(linesOf);

const linesOf = (found: readonly { readonly lines: readonly string[] }[]): readonly string[] =>
  found.flatMap(({ lines }) => lines);

/** Throws PlateError where a tar is not the one that was sealed: the verification tells it, and waits for nothing. */
async function lookAtTars(item: Item, parameters: Parameters, ports: SpecPorts): Promise<PlateLook> {
  const { project = '', batch = '' } = parameters;
  const archive = storeOf(ports, 'archive');
  const plate = plateOf(item, { project, batch });
  const name = await nameOfArchive(archive, plate);
  if (!name) throw new PlateError([`there is no archive of ${plate.plate}`]);
  const seal = await readSeal(archive, plate, name.digest);
  const numbers = seal.tars.map((_, tar) => ({ tar }));
  const tars: NeededTar[] = [...(await neededTars(archive, plate, seal, numbers))];
  const object = await archive.look(indexTarKey(plate, name.digest));
  if (object) tars.push({ number: tars.length, object, state: stateOf(object) });
  const how = howOf(parameters);
  const cold = coldLines(tars, how);
  return {
    lines: cold.length === 0 ? [] : [`${item.name} is verified when its tars can be read`, ...cold],
    ask: () => askForTars(archive, item.name, { tars }, how),
  };
}

const storeOf = (ports: SpecPorts, name: string) => {
  const { store, prefix } = ports.place(name);
  return prefixed(store, prefix);
};

function ifRefused(error: unknown): undefined {
  if (isStoreError(error, 'AccessDenied')) return undefined;
  throw error;
}
