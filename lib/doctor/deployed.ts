import type { Account } from '../contract/ports/account.ts';
import { outputNames, readStackMap, type StackMap } from '../contract/workload/metadata.ts';
import { NotChecked, type Scope } from './finding.ts';

/** What the stack's outputs say. */
export interface Deployed {
  readonly outputBucket: string;
  readonly map: StackMap;
  /** Names of the queues of the pools that are looked at, by pool. */
  readonly queues: Readonly<Record<string, string>>;
}

/** Reads the outputs of the lab's stack. Throws NotChecked while there is none. */
export async function deployed(account: Account, scope: Scope): Promise<Deployed> {
  const outputs = (await account.stack(scope.stackName))?.outputs ?? {};
  const [bucket, map] = [outputs[outputNames.outputBucket], outputs[outputNames.map]];
  if (!bucket || !map) throw new NotChecked('the stack is not deployed');
  const parsed = readStackMap(map);
  const queues = Object.entries(parsed.queues).filter(([pool]) => scope.pools.includes(pool));
  return { outputBucket: bucket, map: parsed, queues: Object.fromEntries(queues) };
}
