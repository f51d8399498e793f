/**
 * What a process of ours exits with. The CLI uses the first group. A container uses the second, above what tools
 * use and below 128 + signal, so that a retry rule, a ledger and a person can tell our reasons from the tool's.
 */
export const exitCodes = {
  ok: 0,
  /** Something of ours broke. */
  internal: 1,
  /** The request or the configuration is wrong; nothing was submitted or changed. */
  badInput: 2,
  /** AWS (or the twin) refused or could not be reached. */
  service: 3,
  /** Something is left for a person to mend: items that are not done when a run has ended, what a check has found. */
  toMend: 4,
  /** The stack is to go, and something that costs money is still there. */
  leftBehind: 6,
  /** Interrupted by Ctrl-C; everything is resumable. */
  interruptedByUser: 130,

  /** The tool, or the task around it, failed for at least one item of the shard. */
  toolFailed: 64,
  /** The array index or the item is not in the manifest or in the source. */
  itemNotFound: 65,
  /** The manifest is not the one that was submitted. */
  manifestChanged: 66,
  /** An input could not be mounted or downloaded. */
  mountFailed: 67,
  /** `/scratch` is not the volume that the launch template mounts, or too little of it is free. */
  scratchMissing: 68,
  /** A secret still holds the value it was deployed with. */
  secretPlaceholder: 69,
  /** The job definition, its environment or the plan is wrong. */
  badJob: 70,
  /** Outputs or records could not be stored. */
  outputFailed: 71,
  /** The run has reached a limit of its own (`--max-fails`, `--max-usd`): nothing more of it is started. */
  runStopped: 72,
  /** Stopped by SIGTERM, a timeout or a spot notice before it was done; worth another attempt. */
  interrupted: 75,
} as const;

/** How a tool ended, for its record: `exited with 3`. What the kernel killed has the number of its signal, and no word of its own. */
export const howToolEnded = (exitCode: number): string =>
  exitCode === 128 + 9 ? 'was killed: out of memory?' : `exited with ${exitCode}`;

/** The sentence a ledger shows for a container's exit code, or undefined when the code is not one of ours. */
export function explainExitCode(code: number): string | undefined {
  return containerReasons.get(code);
}

const containerReasons: ReadonlyMap<number, string> = new Map([
  [exitCodes.toolFailed, 'the tool failed'],
  [exitCodes.itemNotFound, 'the item was not found'],
  [exitCodes.manifestChanged, 'the manifest is not the one that was submitted'],
  [exitCodes.mountFailed, 'an input could not be mounted or downloaded'],
  [exitCodes.scratchMissing, '/scratch is not the scratch volume, or is too full'],
  [exitCodes.secretPlaceholder, 'a secret still holds its placeholder: lab secret set'],
  [exitCodes.badJob, 'the job definition or its environment is wrong'],
  [exitCodes.outputFailed, 'outputs or records could not be stored'],
  [exitCodes.runStopped, 'the run has reached a limit'],
  [exitCodes.interrupted, 'interrupted before it was done'],
  [137, 'killed (SIGKILL): out of memory, or not stopped in time'],
  [143, 'stopped (SIGTERM)'],
]);
