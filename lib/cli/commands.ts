import type { Command } from './command.ts';

/** Every verb of `lab`, in the order of its help, each read when it is called: all of them are four hundred modules. */
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
  calendar: async () => (await import('./commands/calendar.ts')).calendar,
  retry: async () => (await import('./commands/retry.ts')).retry,
  cancel: async () => (await import('./commands/cancel.ts')).cancel,
  fetch: async () => (await import('./commands/fetch.ts')).fetch,
  archive: async () => (await import('./commands/archive.ts')).archive,
  secret: async () => (await import('./commands/secret.ts')).secret,
  prices: async () => (await import('./commands/prices.ts')).prices,
  completion: async () => (await import('./commands/completion.ts')).completionOf(allCommands),
  'stack-info': async () => (await import('./commands/stack-info.ts')).stackInfo,
  destroy: async () => (await import('./commands/destroy.ts')).destroy,
  twin: async () => (await import('./commands/twin.ts')).twin,
  quickstart: async () => (await import('./commands/quickstart.ts')).quickstart,
  pypeliner: async () => (await import('./commands/pypeliner.ts')).pypeliner,
  queue: async () => (await import('./commands/queue.ts')).queue,
};

/** The verb of this name; undefined where there is none. */
export const commandNamed = async (name: string): Promise<Command | undefined> =>
  Object.hasOwn(verbs, name) ? verbs[name]!() : undefined;

export const verbNames: readonly string[] = Object.keys(verbs);

export const allCommands = (): Promise<readonly Command[]> =>
  Promise.all(Object.values(verbs).map(read => read()));
