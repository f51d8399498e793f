import type { JobDetail } from '../../contract/ports/ports.ts';
import type { ArrayState } from './round-step.ts';

/** A child that a look asks Batch about beside its array. */
export interface AskedChild {
  readonly state: ArrayState;
  readonly shard: number;
  readonly id: string;
  /** It runs, as all of which we keep the details do. */
  readonly runs?: true;
}

/** Which children are asked about beside the arrays, as many as the request for them has room for. */
export interface ChildChoice {
  choose(states: readonly ArrayState[], room: number): readonly AskedChild[];
  /** Takes in what Batch says of one of them; marks are read after that. */
  notice(asked: AskedChild, child: JobDetail): void;
}
