import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { constants, hostname } from 'node:os';
import { basename, join } from 'node:path';
import { getJob, type SubmittedJob } from '../../lib/aws/wire/calls.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import { overridesHelp, tooSmall } from '../../lib/contract/workload/raw-jobs.ts';
import type { MountSpec } from '../../lib/contract/workload/workload.ts';
import { runTool } from '../runtime/exec.ts';
import { ShardFailure } from '../runtime/failure.ts';
import { inPlace, type WorkFolders } from '../runtime/in-place.ts';
import { failedLimits, keepFailed, keptText } from '../runtime/keep-failed.ts';
import { downloadPrefix } from '../runtime/mounts/download-prefix.ts';
import { toolEnvironment } from '../runtime/tool-environment.ts';
import { uploadPath } from '../runtime/upload.ts';
import { type ContainerWorld, serviceOf } from '../runtime/world.ts';
import { rawCommand } from './commands.ts';
import { openDataOut } from './data-out.ts';
import { participantOf } from './participant.ts';
import { jobLine } from './raw-job.ts';
import { runCommand } from './run-command.ts';

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
    const interruption = world.interruption();
    try {
      return await runInCloud(world, argv, mounts, interruption.signal);
    } catch (error) {
      world.log((error as Error).message);
      return error instanceof ShardFailure ? error.exitCode : exitCodes.outputFailed;
    } finally {
      interruption.stop();
    }
  };
}

async function runInCloud(
  world: ContainerWorld,
  argv: readonly string[],
  mounts: readonly MountSpec[],
  signal: AbortSignal,
): Promise<number> {
  const { environment } = world;
  const bucket = environment[env.outputBucket];
  if (!bucket) throw new ShardFailure(exitCodes.badJob, `the environment has no ${env.outputBucket}`);
  const store = world.store(bucket);
  const jobId = environment[env.jobId] ?? hostname();
  const submitted = await submittedJob(world, jobId.split(':')[0]!);
  world.log(jobLine(argv, submitted));
  const small = tooSmall(submitted.memoryMiB);
  if (small) throw new ShardFailure(exitCodes.badJob, `${small}; ${overridesHelp}`);
  const participant = await participantOf(store, environment, submitted.parameters);
  const job: RawJob = {
    store,
    jobId,
    attempt: Number(environment[env.attempt] ?? 1),
    participant,
    command: rawCommand(withParticipant(argv, participant)),
    isLocal: environment[env.inputBucket] === 'local',
  };
  const needs = {
    jobId,
    attempt: job.attempt,
    mounts: job.isLocal ? [] : mounts,
    items: [participant ?? argv.at(-1)!],
    signal,
  };
  return inPlace(world, needs, place => work(world, job, place, signal));
}

interface RawJob {
  readonly store: Store;
  readonly jobId: string;
  readonly attempt: number;
  /** That the array index stands for. */
  readonly participant: string | undefined;
  readonly command: readonly string[];
  /** Whether its input is a working folder of its own. */
  readonly isLocal: boolean;
}

async function work(
  world: ContainerWorld,
  job: RawJob,
  { scratch, mounts }: WorkFolders,
  signal: AbortSignal,
): Promise<number> {
  const { environment } = world;
  const { store, jobId, participant } = job;
  const dataOut = await openDataOut(environment[env.dataOut] ?? '/data_out', scratch, (prefix, folder) =>
    downloadPrefix(store, prefix, folder, signal),
  );
  const dataIn = job.isLocal ? await workingFolder(environment, dataOut.path, jobId) : mounts['/data_in'];
  const host = await world.host();
  const { exitCode, reason } = await runCommand(job.command, (command, onLine) =>
    runTool({
      command,
      cwd: scratch,
      environment: {
        ...toolEnvironment(environment),
        ...(participant === undefined ? {} : { PARTICIPANT_FROM_ARRAY: participant }),
        ...(dataIn ? { [env.dataIn]: dataIn } : {}),
        ...(host.instanceType ? { AWS_INSTANCETYPE: host.instanceType } : {}),
        [env.dataOut]: dataOut.path,
        TMPDIR: scratch,
      },
      signal,
      graceMs: 25_000,
      onLine: line => {
        onLine(line);
        // Whoever reads our log may be behind: the tool then waits.
        return world.log(line);
      },
    }),
  );
  if (reason) world.log(reason);
  const made = await dataOut.made();
  if (exitCode === 0) {
    for (const path of made) await uploadPath(store, path, basename(path), world.log);
    return exitCode;
  }
  const prefix = `failed/${participant ?? job.command.at(-1)!.split('/').at(-1)}/${jobId}.${job.attempt}/`;
  const limit = signal.aborted ? failedLimits.interrupted : failedLimits.failed;
  const kept = keptText(await keepFailed(store, made, prefix, limit), store.bucket, prefix);
  if (kept) world.log(kept);
  return signal.aborted ? exitCodes.interrupted : exitCode;
}

/** A job that may not ask Batch about itself still runs; only what it was submitted with is not known then. */
async function submittedJob(world: ContainerWorld, jobId: string): Promise<SubmittedJob> {
  try {
    return await getJob(serviceOf(world, 'BATCH'), jobId);
  } catch (error) {
    if (world.environment[env.arrayIndex] !== undefined) throw error;
    return { parameters: {} };
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
  const working = join(dataOut, 'working', jobId);
  await mkdir(working, { recursive: true });
  const dataIn = environment[env.dataIn] ?? '/data_in';
  if (!environment[env.dataIn] && !existsSync(dataIn)) await symlink(working, dataIn);
  return working;
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
