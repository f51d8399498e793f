import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../contract/ports/ports.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Command } from '../command.ts';
import { type Context, makeContext } from '../context.ts';
import { openedRun } from '../open.ts';
import { type Stream, tint } from '../output/output.ts';
import { quickstartLab } from '../quickstart/config.ts';
import { showPlate } from '../quickstart/plate.ts';
import { makeSubmission } from '../submission/submission.ts';
import { submitRun } from '../submission/submit-run.ts';
import { followRun } from '../watch/follow.ts';
import { submitRetry } from './retry.ts';
import { showStatus } from './status.ts';
import { submitted } from './submit.ts';

export const quickstart: Command = {
  name: 'quickstart',
  group: 'twin',
  summary: 'see an array job run, fail and be mended, and a plate be archived, without an account',
  usage: '',
  options: {},
  examples: ['lab quickstart'],
  run: context => quickstartIn(context),
};

/**
 * Everything happens in a twin of its own in a folder of its own, and is gone afterwards: a newcomer's checkout stays
 * clean, and a twin that is up stays as it is.
 */
async function quickstartIn({ world }: Context): Promise<number> {
  const scratch = await mkdtemp(join(world.projectRoot, '.lab-quickstart-'));
  const configFile = join(scratch, 'lab.config.json');
  await writeFile(configFile, JSON.stringify(quickstartLab));
  const stop = (): number => {
    world.io.err.write('\ninterrupted; nothing of it is left\nNext: npm run quickstart\n');
    return exitCodes.interruptedByUser;
  };
  const { context, close } = makeContext(
    { ...world, twinFolder: scratch, configFile, io: { ...world.io, err: withoutNext(world.io.err) } },
    { argv: ['quickstart'], local: true, json: false },
  );
  try {
    const code = await show(context);
    return world.signal.aborted ? stop() : code;
  } catch (error) {
    if (world.signal.aborted) return stop();
    throw error;
  } finally {
    await close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What a command would say to run next is not there any more when the quickstart has ended. */
function withoutNext(err: Stream): Stream {
  const quiet = Object.create(err) as Stream;
  quiet.write = text => err.write(text.replace(/^Next: .*\n|\nstopped.*\n/gm, ''));
  return quiet;
}

async function show(context: Context): Promise<number> {
  const title = (text: string): void => {
    // Ctrl-C ends it between two steps; a step that it meets ends by itself.
    context.signal.throwIfAborted();
    context.say(`\n${tint(context.io.err, 'strong', text)}`);
  };
  title('1. The twin: a stand-in for AWS on this machine');
  const { store, deployment, secrets, asDeployer, twinKeys } = await context.connect();
  // The data are their owner's to put.
  const { storeOf } = asDeployer();
  const config = await context.config();
  const sample = join(context.projectRoot, 'containers', 'rapidtide', 'sample');
  const dataset = config.datasets[config.workloads.rapidtide!.datasets['/data_in']!]!;
  // What lab secret set does: here the twin's own keys open the dataset.
  for (const id of Object.values(deployment.map.secrets))
    await secrets.put(id, JSON.stringify(twinKeys!.datasets));
  await uploadFolder(storeOf(dataset.bucket), join(sample, 'data_in'), dataset.prefix);
  await store.upload(join(sample, 'count-voxels.sh'), 'config/count-voxels.sh');
  const list = join(sample, 'participants.txt');
  context.say(
    `six participants are in s3://${dataset.bucket}/, a script of yours in s3://${store.bucket}/config/`,
  );

  title('2. lab submit rapidtide --participants participants.txt --do copy-test');
  await submitSmall(context, list, { do: 'copy-test' });

  title('3. lab submit rapidtide --participants participants.txt --do script --script count-voxels.sh');
  context.say('one participant’s input is damaged, so one will fail');
  await submitSmall(context, list, { do: 'script', script: 'count-voxels.sh' });
  await showStatus(context, await openedRun(context, { positionals: [] }));

  title('4. The cause is removed, and lab retry runs that one alone');
  const damaged = 'HCP_1200/100408/scan.txt';
  await storeOf(dataset.bucket).put(`${dataset.prefix}${damaged}`, 'voxel 1\nvoxel 2\nvoxel 3\n');
  const open = await openedRun(context, { positionals: [] });
  await submitRetry(context, open, {}, {});
  context.print(open.run.runId);
  const code = await followRun(context, open);
  await showStatus(context, open);
  if (code !== exitCodes.ok) return code;

  await showPlate(context, title);

  title('What to try next');
  context.say('  npx lab twin up                   keep a twin, then use every verb with --local');
  context.say('  npx lab submit rapidtide --help   what a submission can say');
  context.say('  npx lab init --force              write your own lab.config.ts, then npm run deploy');
  return exitCodes.ok;
}

/** What `lab submit rapidtide --participants <list> … --vcpus 2 --memory 512 --wait` does. */
async function submitSmall(
  context: Context,
  source: string,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  const spec = context.spec('rapidtide');
  const defaults = spec.parameters.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value]],
  );
  const parameters = { ...Object.fromEntries(defaults), ...given };
  // Two vCPUs: of jobs with one, a host would hold more than its scratch has room for.
  const request = { workload: spec.name, parameters, vcpus: 2, memoryMiB: 512 };
  const submission = await makeSubmission(context, spec, request, { source });
  const run = await submitRun(context, submission, { isReal: true });
  if (run && run !== 'later') await submitted(context, run.runId, run.connection, true);
}

async function uploadFolder(store: Store, folder: string, prefix: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const key = path
      .slice(folder.length + 1)
      .split('\\')
      .join('/');
    await store.put(`${prefix}${key}`, await readFile(path));
  }
}
