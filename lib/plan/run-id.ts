/** `20261121t001500z-3f9a2c`: sorts by time, fits job names and keys. `seed` is six hex digits. */
export function runIdOf(now: Date, seed: string): string {
  return `${now.toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase()}z-${seed}`;
}

/** The name of one SubmitJob of a run; it is looked up by this after a lost answer. At most 128 characters. */
export function jobNameOf(
  runId: string,
  workload: string,
  step: string,
  round: number,
  array: number,
): string {
  const end = `-r${round}-a${array}`;
  // A long step gives way, and not the number: two arrays of one name would be taken for one.
  return `${`${workload}-${runId}-${step}`.slice(0, 128 - end.length)}${end}`;
}
