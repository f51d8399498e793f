import type { WorkloadVerb } from '../../../lib/contract/verb/verb.ts';

/** A verb of `lab archive` that runs on this machine; the first positional is its name. */
export type ArchiveVerb = Pick<WorkloadVerb, 'summary' | 'usage' | 'options' | 'run'>;
