import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { constants, hostname } from 'node:os';
import { join } from 'node:path';
import { getJobParameters } from '../../lib/aws/wire/calls.ts';
import { configPrefix } from '../../lib/contract/run/keys.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { MountSpec } from '../../lib/contract/workload/workload.ts';
import { runTool } from '../runtime/exec.ts';
import { ShardFailure } from '../runtime/failure.ts';
import { hostInfo } from '../runtime/host.ts';
import { watchInterruption } from '../runtime/interruption.ts';
import { type Mounts, openMounts } from '../runtime/mounts/open-mounts.ts';
import { stage } from '../runtime/mounts/stage.ts';
import { openScratch } from '../runtime/scratch/open-scratch.ts';
import { toolEnvironment } from '../runtime/tool-environment.ts';
import { uploadPath } from '../runtime/upload.ts';
import { type ContainerWorld, serviceOf } from '../runtime/world.ts';
import { rawCommand } from './commands.ts';
import { madeIn, openDataOut } from './data-out.ts';
import { participantOf } from './participant.ts';

/**
 * A job that was submitted without our CLI, by the contract of rapidtide-cloud: a command whose last argument is a
 * participant or ARRAY. Without INPUT_BUCKET the image is as it would be without us.
 */
export function runRaw(
  mounts: readonly MountSpec[],
): (world: ContainerWorld, argv: readonly string[]) => Promise<number> {
  return async (world, argv) => {
    if (argv.length === 0) {
      world.log('no command: give one, for example simple-cp-test 100307');
      return exitCodes.badJob;
    }
    if (!world.environment[env.inputBucket]) return passThrough(rawCommand(argv));
    try {
      return await runInCloud(world, argv, mounts);
    } catch (error) {
      world.log((error as Error).message);
      return error instanceof ShardFailure ? error.exitCode : exitCodes.outputFailed;
    }
  };
}

async function runInCloud(
  world: ContainerWorld,
  argv: readonly string[],
  mounts: readonly MountSpec[],
): Promise<number> {
  const { environment } = world;
  const bucket = environment[env.outputBucket];
  if (!bucket) throw new ShardFailure(exitCodes.badJob, `the environment has no ${env.outputBucket}`);
  const store = world.store(bucket);
  const jobId = environment[env.jobId] ?? hostname();
  const participant = await participantOf(store, environment, () =>
    getJobParameters(serviceOf(world, 'BATCH'), jobId.split(':')[0]!),
  );
  const command = rawCommand(withParticipant(argv, participant));
  const local = environment[env.inputBucket] === 'local';
  const interruption = watchInterruption(environment, world.log);
  const scratch = await openScratch(world, jobId, Number(environment[env.attempt] ?? 1));
  let inputs: Mounts | undefined;
  try {
    const at = {
      scratch: scratch.folder,
      items: [participant ?? argv.at(-1)!],
      signal: interruption.signal,
    };
    inputs = local ? undefined : await openMounts(world, mounts, at);
    const dataOut = await openDataOut(environment[env.dataOut] ?? '/data_out', scratch.folder);
    await stage(store, configPrefix, await folder(join(dataOut, 'config')), interruption.signal);
    const dataIn = local ? await workingFolder(environment, dataOut, jobId) : inputs?.folders['/data_in'];
    const host = await hostInfo(environment);
    const { exitCode } = await runTool({
      command,
      cwd: scratch.folder,
      environment: {
        ...toolEnvironment(environment),
        ...(participant === undefined ? {} : { PARTICIPANT_FROM_ARRAY: participant }),
        ...(dataIn ? { [env.dataIn]: dataIn } : {}),
        ...(host.instanceType ? { AWS_INSTANCETYPE: host.instanceType } : {}),
        [env.dataOut]: dataOut,
        TMPDIR: scratch.folder,
      },
      signal: interruption.signal,
      graceMs: 25_000,
      onLine: world.log,
    });
    if (exitCode === 0)
      for (const name of await madeIn(dataOut)) await uploadPath(store, join(dataOut, name), name);
    return interruption.signal.aborted && exitCode !== 0 ? exitCodes.interrupted : exitCode;
  } finally {
    interruption.stop();
    await inputs?.close();
    await scratch.clean();
  }
}

/** ARRAY as the last argument is the participant that the array index stands for. */
function withParticipant(argv: readonly string[], participant: string | undefined): readonly string[] {
  if (argv.at(-1) !== 'ARRAY') return argv;
  if (participant === undefined)
    throw new ShardFailure(
      exitCodes.badJob,
      'ARRAY needs an array job: there is no AWS_BATCH_JOB_ARRAY_INDEX',
    );
  return [...argv.slice(0, -1), participant];
}

/** INPUT_BUCKET=local: a working folder of the job's own in the output, which is the input too. */
async function workingFolder(
  environment: ContainerWorld['environment'],
  dataOut: string,
  jobId: string,
): Promise<string> {
  const working = await folder(join(dataOut, 'working', jobId));
  const dataIn = environment[env.dataIn] ?? '/data_in';
  if (!environment[env.dataIn] && !existsSync(dataIn)) await symlink(working, dataIn);
  return working;
}

async function folder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

/** As if the image had no entrypoint: same files, same signals, same exit code. */
function passThrough(command: readonly string[]): Promise<number> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise(done => {
    child.once('error', error => {
      process.stderr.write(`${program}: ${error.message}\n`);
      done(127);
    });
    child.once('exit', (code, signal) => done(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
}
