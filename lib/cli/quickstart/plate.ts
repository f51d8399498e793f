import { tellStatus } from '../../../jobs/plate-archive/verbs/status.ts';
import { specPorts } from '../../runs/spec-ports.ts';
import { submitted } from '../commands/submit.ts';
import type { Context } from '../context.ts';
import { runWorld } from '../run-world.ts';
import { makeSubmission, type Submission } from '../submission/submission.ts';
import { submitRun } from '../submission/submit-run.ts';
import { verbPorts } from '../verb-ports.ts';

const plate = 'BR00092655';
const words = `--project cells --batch 2026_01 --plate ${plate}`;

/** A small plate, archived and proved, deleted behind the proof, and one well of it back: each job in a role of its own. */
export async function showPlate(context: Context, title: (text: string) => void): Promise<void> {
  const { asDeployer, asKeeper } = await context.connect();
  title(`5. lab archive create ${words}`);
  context.say(
    'a plate of microscope images: archived, then read again and proved by another program, then sealed',
  );
  // The images are their owner's to put.
  const source = asDeployer().storeOf('imaging');
  const full = `${plate}__2026-01-10T12_48_16-Measurement 1`;
  for (const well of wells)
    for (const field of [1, 2])
      await source.put(
        `projects/cells/2026_01/images/${full}/${well}f0${field}p01-ch1sk1fk1fl1.tiff`,
        Buffer.alloc(20_000, well + field),
      );
  await source.put(`projects/cells/workspace/backend/2026_01/${plate}/${plate}.sqlite`, 'tables');
  const item = { name: plate, labels: { plate_id_full: full } };
  await submitPlate(context, 'plate-archive', item, {});
  await showStatus(context);

  title(`6. lab archive delete ${words}`);
  context.say(
    'only what is proved goes, object by object under its ETag; a keeper says the word, a member may not',
  );
  const keeper: Context = { ...context, connect: async () => asKeeper() };
  const spec = context.spec('plate-delete');
  const request = requestOf('plate-delete', {});
  const ports = specPorts(spec, request, await keeper.connect(), await runWorld(context));
  const { word, lines } = await spec.confirm!([item], request, ports);
  for (const line of lines) context.say(line);
  await submitPlate(keeper, 'plate-delete', item, {}, word);
  await showStatus(context);

  title(`7. lab archive restore ${words} --include 'r02c03*'`);
  await submitPlate(context, 'plate-restore', item, { include: 'r02c03*', tier: 'Bulk', days: '7' });
  await showStatus(context);
}

const wells = ['r01c01', 'r01c02', 'r01c03', 'r02c01', 'r02c02', 'r02c03'];

const requestOf = (workload: string, parameters: Readonly<Record<string, string>>) => ({
  workload,
  parameters: { project: 'cells', batch: '2026_01', ...parameters },
  vcpus: 2,
  memoryMiB: 512,
});

async function submitPlate(
  context: Context,
  workload: string,
  item: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  parameters: Readonly<Record<string, string>>,
  confirm?: string,
): Promise<void> {
  const spec = context.spec(workload);
  const defaults = spec.parameters.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value]],
  );
  const request = requestOf(workload, { ...Object.fromEntries(defaults), ...parameters });
  const list = { items: [item], labels: ['plate_id_full'], notes: [] };
  const submission: Submission = {
    ...(await makeSubmission(context, spec, request, { source: `${item.name},` })),
    list,
    ...(confirm === undefined ? {} : { confirm }),
  };
  const run = await submitRun(context, submission, { isReal: true });
  if (run && run !== 'later') await submitted(context, run.runId, run.connection, true);
}

const showStatus = async (context: Context): Promise<number> =>
  tellStatus(await verbPorts(context, [context.spec('plate-archive')]), { names: [plate] });
