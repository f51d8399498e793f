import type { OptionSpec } from '../contract/verb/args.ts';
import type { Verb } from '../contract/verb/verb.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { Context } from './context.ts';

export type { Args, OptionSpec } from '../contract/verb/args.ts';
export type { VerbGroup as CommandGroup } from '../contract/verb/verb.ts';

/** A verb of `lab`, as data. One file in commands/, one line in commands.ts; a workload's own is the workload's. */
export interface Command extends Verb<Context> {
  readonly name: string;
  /** The options where the first positional names a workload: its own are among them. Throws LabError for a wrong name. */
  readonly optionsOf?: (
    workloads: readonly WorkloadSpec[],
    name: string,
  ) => Readonly<Record<string, OptionSpec>>;
}

/** Options that every verb takes. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  local: { type: 'boolean', describe: 'use the twin on this machine instead of AWS' },
  lab: { type: 'string', value: 'NAME', describe: "another lab than lab.config.ts's" },
  profile: { type: 'string', value: 'NAME', describe: 'AWS profile (else the SDK’s own chain)' },
  json: { type: 'boolean', describe: 'results as JSON on stdout' },
  help: { type: 'boolean', describe: 'this text' },
};
