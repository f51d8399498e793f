import type { Store } from '../../lib/contract/ports/ports.ts';
import { configPrefix } from '../../lib/contract/run/keys.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import { ShardFailure } from '../runtime/failure.ts';

/**
 * The participant that the array index stands for in `config/<PARTICIPANT_ARRAY_FILE>`; undefined for a plain job. The
 * file is named by the environment, or by the job's own parameter ParticipantArrayFile, which Batch puts only into
 * commands and has to be asked for.
 */
export async function participantOf(
  store: Store,
  environment: Readonly<Record<string, string | undefined>>,
  parameters: () => Promise<Readonly<Record<string, string>>>,
): Promise<string | undefined> {
  const index = environment[env.arrayIndex];
  if (index === undefined) return undefined;
  const given = await parameters();
  const file = given.ParticipantArrayFile ?? environment.PARTICIPANT_ARRAY_FILE ?? 'participants.txt';
  const key = `${configPrefix}${file}`;
  const body = await store.get(key);
  if (!body) throw new ShardFailure(exitCodes.itemNotFound, `there is no s3://${store.bucket}/${key}`);
  const names = participantsIn(body.toString('utf8'));
  const name = names[Number(index)];
  if (name === undefined)
    throw new ShardFailure(
      exitCodes.itemNotFound,
      `array index ${index} is past the ${names.length} participants of s3://${store.bucket}/${key}`,
    );
  return name;
}

/** One a line; a BOM, CR, blanks around, blank lines and comments go. */
function participantsIn(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'));
}
