import { createHash } from 'node:crypto';
import type { DeleteEntry, DeleteOutcome } from '../../contract/ports/object-store.ts';
import { counted } from '../../contract/workload/number-text.ts';
import type { BucketCall } from './bucket-call.ts';
import { readBody, sendAndRead, WireError } from './http.ts';
import { elements, fromXml, isInXml, textBetween, toXml } from './xml.ts';

/** DeleteObjects, each key under the condition of its ETag. Keys that XML cannot hold go one by one. */
export async function deleteMany(
  call: BucketCall,
  entries: readonly DeleteEntry[],
  { oneByOne = false }: { readonly oneByOne?: boolean } = {},
): Promise<readonly DeleteOutcome[]> {
  if (entries.length > 1000)
    throw new RangeError(`${counted(entries.length, 'key')}: DeleteObjects takes 1,000`);
  const isTogether = ({ key }: DeleteEntry): boolean => !oneByOne && isInXml(key);
  const inXml = entries.filter(isTogether);
  const outcomes = new Map<string, DeleteOutcome>();
  if (inXml.length > 0)
    for (const outcome of await deleteTogether(call, inXml)) outcomes.set(outcome.key, outcome);
  const others = entries.filter(entry => !isTogether(entry));
  for (let i = 0; i < others.length; i += atOnce)
    for (const outcome of await Promise.all(others.slice(i, i + atOnce).map(entry => deleteOne(call, entry))))
      outcomes.set(outcome.key, outcome);
  return entries.map(
    ({ key }) => outcomes.get(key) ?? { key, outcome: 'error', reason: 'the answer does not speak of it' },
  );
}

const atOnce = 16;

async function deleteTogether(call: BucketCall, entries: readonly DeleteEntry[]): Promise<DeleteOutcome[]> {
  const objects = entries.map(
    ({ key, etag }) => `<Object><Key>${toXml(key)}</Key><ETag>${toXml(etag)}</ETag></Object>`,
  );
  const body = Buffer.from(
    `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects.join('')}</Delete>`,
  );
  const headers = { 'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64') };
  const answer = await sendAndRead(() => call('POST', '', { query: { delete: '' }, body, headers }));
  return outcomesOf(answer.body.toString('utf8'));
}

/** 200 says nothing: each key's fate is inside. */
function outcomesOf(xml: string): DeleteOutcome[] {
  const keyOf = (from: number, end: number): string => fromXml(textBetween(xml, 'Key', from, end) ?? '');
  const outcomes: DeleteOutcome[] = [];
  for (const [from, end] of elements(xml, 'Deleted'))
    outcomes.push({ key: keyOf(from, end), outcome: 'deleted' });
  for (const [from, end] of elements(xml, 'Error')) {
    const code = textBetween(xml, 'Code', from, end) ?? 'an error without a code';
    const message = fromXml(textBetween(xml, 'Message', from, end) ?? '');
    outcomes.push(outcomeOf(keyOf(from, end), code, message));
  }
  return outcomes;
}

async function deleteOne(call: BucketCall, { key, etag }: DeleteEntry): Promise<DeleteOutcome> {
  const { answer } = await call('DELETE', key, { headers: { 'if-match': etag } });
  try {
    await readBody(answer);
    return { key, outcome: 'deleted' };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return outcomeOf(key, error.code, error.message);
  }
}

function outcomeOf(key: string, code: string, message: string): DeleteOutcome {
  if (code === 'NoSuchKey') return { key, outcome: 'gone' };
  if (code === 'PreconditionFailed') return { key, outcome: 'changed' };
  return { key, outcome: 'error', reason: message ? `${code}: ${message}` : code };
}
