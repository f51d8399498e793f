import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { parseList } from '../../lib/contract/list/parse-list.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { configPrefix } from '../../lib/contract/run/keys.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { LabError } from '../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import { ShardFailure } from '../runtime/failure.ts';

/**
 * The participant that the array index stands for in `config/<PARTICIPANT_ARRAY_FILE>`; undefined for a plain job. The
 * file is named by the environment, or by the job's own parameter ParticipantArrayFile, which Batch puts only into
 * commands and has to be asked for.
 */
export async function participantOf(
  store: Store,
  environment: Readonly<Record<string, string | undefined>>,
  parameters: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const index = environment[env.arrayIndex];
  if (index === undefined) return undefined;
  const file = parameters.ParticipantArrayFile ?? environment.PARTICIPANT_ARRAY_FILE ?? 'participants.txt';
  const key = `${configPrefix}${file}`;
  const body = await store.get(key);
  if (!body) throw new ShardFailure(exitCodes.itemNotFound, `there is no s3://${store.bucket}/${key}`);
  const names = participantsIn(body, key);
  const name = names[Number(index)];
  if (name === undefined)
    throw new ShardFailure(
      exitCodes.itemNotFound,
      `array index ${index} is past the ${counted(names.length, 'participant')} of s3://${store.bucket}/${key}`,
    );
  return name;
}

/** Read as `lab submit` reads it, so that both mean the same participants. */
function participantsIn(body: Buffer, key: string): readonly string[] {
  try {
    return parseList(body, key, rapidtide.item).items.map(item => item.name);
  } catch (error) {
    if (error instanceof LabError) throw new ShardFailure(exitCodes.badJob, error.message);
    throw error;
  }
}
