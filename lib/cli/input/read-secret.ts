import { createInterface } from 'node:readline';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { parseAccessKeys, parseNdaLogin, secretPlaceholder } from '../../contract/workload/mount.ts';
import { type SecretSpec, secretFields } from '../../contract/workload/places.ts';
import type { Context } from '../context.ts';
import { readAll } from './read-all.ts';

/** What a secret is made of, and how a person gives it. */
export interface SecretKind {
  readonly fields: readonly string[];
  /** One a field. */
  readonly questions: readonly string[];
  readonly what: string;
  /** `A:B`, for stdin. */
  readonly pair?: RegExp;
  parse(text: string): unknown;
  stored(name: string): string;
}

export const accessKeys: SecretKind = {
  fields: ['accessKeyId', 'secretAccessKey'],
  questions: ['access key id', 'secret access key'],
  what: 'access keys',
  pair: /^([A-Za-z0-9]+):(\S+)$/,
  parse: parseAccessKeys,
  stored: name => `the keys of ${name} are stored`,
};

export const login: SecretKind = {
  fields: ['username', 'password'],
  questions: ['NDA username', 'NDA password'],
  what: 'username and password',
  pair: /^([^:\s{]+):(.+)$/,
  parse: parseNdaLogin,
  stored: name => `the login of ${name} is stored, untried: NDA is asked when a job downloads`,
};

/** Of a workload's own: its fields as texts, or the text itself where it has one field. */
export function ownSecret(spec: SecretSpec): SecretKind {
  const fields = secretFields(spec);
  return {
    fields,
    questions: fields,
    what: fields.join(' and '),
    parse: text => parseFields(text, fields),
    stored: name => `${name} is stored, untried: jobs read it when they need it`,
  };
}

function parseFields(text: string, fields: readonly string[]): Record<string, string> | undefined {
  if (text === '' || text.includes(secretPlaceholder)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (fields.every(field => typeof given[field] === 'string' && given[field] !== ''))
    return Object.fromEntries(fields.map(field => [field, given[field] as string]));
  return fields.length === 1 ? { [fields[0]!]: text } : undefined;
}

/** From the prompt, unseen; or from stdin: JSON, or `A:B` as s3fs writes it. Undefined where nothing was given and that will do. */
export async function readSecret(
  context: Context,
  name: string,
  kind: SecretKind,
  emptyWillDo: boolean,
): Promise<Record<string, string> | undefined> {
  if (context.stdin.isTTY) {
    if (emptyWillDo) return undefined;
    const given: Record<string, string> = {};
    for (const [index, field] of kind.fields.entries()) {
      // A name is seen, so that it can be read over; what opens something never is.
      const isSeen = index === 0 && kind.fields.length > 1;
      const question = `${kind.questions[index]} of ${name}${isSeen ? '' : ' (hidden)'}: `;
      given[field] = await ask(context, question, !isSeen);
    }
    return given;
  }
  const text = (await readAll(context.stdin)).toString('utf8').trim();
  if (emptyWillDo && text === '') return undefined;
  const parsed = kind.parse(text);
  if (parsed && parsed !== 'placeholder') {
    const fields = parsed as Record<string, string>;
    return Object.fromEntries(kind.fields.map(field => [field, fields[field]!]));
  }
  const [, ...parts] = kind.pair?.exec(text) ?? [];
  if (parts.length === kind.fields.length)
    return Object.fromEntries(kind.fields.map((field, index) => [field, parts[index]!]));
  const json = `{${kind.fields.map(field => `"${field}": "…"`).join(', ')}}`;
  throw new LabError({
    where: 'stdin',
    message: `holds no ${kind.what}`,
    fix: kind.pair ? `${json} or ${kind.fields.map(field => field.toUpperCase()).join(':')}` : json,
  });
}

function ask(context: Context, question: string, hidden: boolean): Promise<string> {
  context.io.err.write(question);
  const silent = { write: () => true } as unknown as NodeJS.WritableStream;
  const prompt = createInterface({
    input: context.stdin as unknown as NodeJS.ReadStream,
    output: hidden ? silent : process.stderr,
    terminal: true,
  });
  return new Promise((done, fail) => {
    prompt.once('line', line => {
      prompt.close();
      if (hidden) context.io.err.write('\n');
      done(line.trim());
    });
    prompt.once('SIGINT', () => {
      prompt.close();
      fail(
        new LabError(
          { where: 'lab secret set', message: 'interrupted; nothing was stored' },
          exitCodes.interruptedByUser,
        ),
      );
    });
  });
}
