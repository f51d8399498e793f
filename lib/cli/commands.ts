import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { Command } from './command.ts';
import { workloadVerbs } from './workload-verbs.ts';

/** Every verb of `lab` that no workload brings, in the order of its help, each read when it is called: all of them are four hundred modules. */
const verbs: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./commands/init.ts')).init,
  deploy: async () => (await import('./commands/deploy.ts')).deploy,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  submit: async () => (await import('./commands/submit.ts')).submit,
  rehearse: async () => (await import('./commands/rehearse.ts')).rehearse,
  watch: async () => (await import('./commands/watch.ts')).watch,
  status: async () => (await import('./commands/status.ts')).status,
  runs: async () => (await import('./commands/runs.ts')).runs,
  logs: async () => (await import('./commands/logs.ts')).logs,
  why: async () => (await import('./commands/why.ts')).why,
  report: async () => (await import('./commands/report.ts')).report,
  retry: async () => (await import('./commands/retry.ts')).retry,
  cancel: async () => (await import('./commands/cancel.ts')).cancel,
  fetch: async () => (await import('./commands/fetch.ts')).fetch,
  secret: async () => (await import('./commands/secret.ts')).secret,
  prices: async () => (await import('./commands/prices.ts')).prices,
  completion: async () => (await import('./commands/completion.ts')).completionOf(allCommands),
  'stack-info': async () => (await import('./commands/stack-info.ts')).stackInfo,
  destroy: async () => (await import('./commands/destroy.ts')).destroy,
  twin: async () => (await import('./commands/twin.ts')).twin,
  quickstart: async () => (await import('./commands/quickstart.ts')).quickstart,
};

/** Behind this one stand those that workloads bring. */
const last = 'fetch';

const readers = (workloads: readonly WorkloadSpec[]): Readonly<Record<string, () => Promise<Command>>> =>
  Object.fromEntries(
    Object.entries(verbs).flatMap(verb =>
      verb[0] === last ? [verb, ...Object.entries(workloadVerbs(workloads))] : [verb],
    ),
  );

/** The verb of this name; undefined where there is none. */
export async function commandNamed(
  name: string,
  workloads: readonly WorkloadSpec[],
): Promise<Command | undefined> {
  const all = readers(workloads);
  return Object.hasOwn(all, name) ? all[name]!() : undefined;
}

export const verbNames = (workloads: readonly WorkloadSpec[]): readonly string[] =>
  Object.keys(readers(workloads));

export const allCommands = (workloads: readonly WorkloadSpec[]): Promise<readonly Command[]> =>
  Promise.all(Object.values(readers(workloads)).map(read => read()));
