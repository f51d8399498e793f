import { errorName, statusOf } from '../../aws/sdk-error.ts';
import type { Store } from '../../contract/ports/ports.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { LabError, type Problem } from '../../contract/workload/errors.ts';
import { hiddenText, type InputLook, lookAtInput } from '../../contract/workload/input-look.ts';
import type { InputPlace, WorkloadSpec } from '../../contract/workload/workload.ts';

/** A dataset's bucket as a store: by the bucket as who asks, or by the dataset's name as its access says. */
type StoreOfDataset = (bucket: string, dataset: string) => Store | Promise<Store>;

/** Where the bytes of each mount are, as the person who submits sees them; NDA's are in no bucket. */
export function inputPlaces(
  spec: WorkloadSpec,
  config: LabConfig,
  storeOf: StoreOfDataset,
): Readonly<Record<string, InputPlace>> {
  return Object.fromEntries(
    spec.mounts.flatMap(mount => {
      const name = config.workloads[spec.name]?.datasets[mount.path] ?? '';
      const dataset = config.datasets[name];
      if (!dataset || dataset.access === 'nda') return [];
      const address = `s3://${dataset.bucket}/${dataset.prefix}`;
      const has = async (path: string): Promise<boolean | undefined> => {
        const key = `${dataset.prefix}${path}`;
        try {
          const store = await storeOf(dataset.bucket, name);
          for await (const object of store.list(key, { limit: 1 })) return object.key === key;
          return false;
        } catch {
          // Members may not see every dataset that jobs read.
          return undefined;
        }
      };
      const files = async function* (below: string): ReturnType<InputPlace['files']> {
        const store = await storeOf(dataset.bucket, name);
        for await (const { key, size } of store.list(`${dataset.prefix}${below}`))
          yield { path: key.slice(dataset.prefix.length), bytes: size };
      };
      const folders = async function* (below: string): ReturnType<InputPlace['folders']> {
        const store = await storeOf(dataset.bucket, name);
        for await (const folder of store.folders(`${dataset.prefix}${below}`))
          yield folder.slice(dataset.prefix.length);
      };
      return [[mount.path, { address, region: dataset.region, has, files, folders }]];
    }),
  );
}

/**
 * Looks at each mount's dataset before anything is submitted, one listing each: nothing there is a problem, keys that a mount
 * hides are told; so is what does not open for the person, with why. Jobs look again.
 */
export async function lookAtInputs(
  spec: WorkloadSpec,
  config: LabConfig,
  storeOf: StoreOfDataset,
): Promise<{ readonly problems: readonly Problem[]; readonly notes: readonly string[] }> {
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const mount of spec.mounts) {
    const name = config.workloads[spec.name]?.datasets[mount.path];
    const dataset = name === undefined ? undefined : config.datasets[name];
    if (!dataset || dataset.access === 'nda') continue;
    let look: InputLook;
    try {
      look = await lookAtInput(await storeOf(dataset.bucket, name!), dataset.prefix, mount.access);
    } catch (error) {
      notes.push(
        `${mount.path}: s3://${dataset.bucket}/${dataset.prefix} was not looked at before: ${whyClosed(error)}; jobs look again`,
      );
      continue;
    }
    if (look.keys === 0 && mount.readOnly)
      problems.push({
        where: `${mount.path} of ${spec.name}`,
        message: `nothing is at s3://${dataset.bucket}/${dataset.prefix}`,
        fix: `put the data there, or look at datasets.${name} in lab.config.ts`,
      });
    const hidden = hiddenText(look);
    if (hidden) notes.push(`${mount.path}: ${hidden}`);
  }
  return { problems, notes };
}

/** Why a dataset does not open for who submits: most often members may not read what jobs may. */
function whyClosed(error: unknown): string {
  if (error instanceof LabError) return error.problems.map(({ message }) => message).join('; ');
  const name = errorName(error);
  return /AccessDenied|Forbidden|^403$/.test(name) || statusOf(error) === 403
    ? 'you may not list it'
    : `${name === 'Error' ? '' : `${name}: `}${(error as Error).message}`;
}
