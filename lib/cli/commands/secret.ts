import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../aws/endpoint.ts';
import type { Dataset } from '../../contract/workload/config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { type AccessKeys, hasSecret, parseAccessKeys, parseNdaLogin } from '../../contract/workload/mount.ts';
import { suggest } from '../../contract/workload/suggest.ts';
import { explainRefusal } from '../../doctor/dataset-refusal.ts';
import type { Command } from '../command.ts';
import type { Connection, Context } from '../context.ts';
import { readAll } from '../input/read-all.ts';
import { twinPlace } from '../twin/folder.ts';

export const secret: Command = {
  name: 'secret',
  group: 'lab',
  summary: 'fill the access keys or login of a dataset',
  usage: 'set <dataset>',
  options: { 'no-check': { type: 'boolean', describe: 'do not try the keys on the dataset first' } },
  examples: ['lab secret set hcp', 'lab secret set hcp < keys.json'],
  async run(context, args) {
    const [verb, name = ''] = args.positionals;
    if (verb !== 'set')
      throw new LabError({ where: 'lab secret', message: 'knows only set', fix: 'lab secret set <dataset>' });
    const config = await context.config();
    const dataset = config.datasets[name];
    const secretive = Object.keys(config.datasets).filter(key => hasSecret(config.datasets[key]!.access));
    if (!dataset || !hasSecret(dataset.access)) {
      const near = suggest(name, secretive);
      throw new LabError({
        where: name || 'lab secret set',
        message: 'is no dataset with a secret',
        fix: near ? `did you mean ${near}?` : `there are: ${secretive.join(', ') || 'none'}`,
      });
    }
    if (args.positionals.length > 2)
      throw new LabError({
        where: 'lab secret set',
        message: 'takes no secret as an argument: it would stay in the shell’s history',
        fix: 'type it at the prompt, or pipe it in',
      });
    const kind = dataset.access === 'nda' ? login : accessKeys;
    const given = await readSecret(context, name, kind);
    const connection = await context.connect();
    const value = given ?? ownKeys(context, connection, name);
    if (dataset.access === 'keys' && !args.flag('no-check'))
      await tryKeys(context, connection.endpoint, name, dataset, value as unknown as AccessKeys);
    const id = connection.deployment.map.secrets[name];
    if (!id)
      throw new LabError({
        where: name,
        message: 'has no secret in the deployed stack',
        fix: 'npm run deploy',
      });
    await connection.secrets.put(id, JSON.stringify(value));
    context.say(`${kind.stored(name)}\nNext: npx lab submit --help${context.suffix}`);
    return exitCodes.ok;
  },
};

/** The twin's own keys open its datasets: a person has no others for it. */
function ownKeys(context: Context, { twinKeys }: Connection, name: string): Record<string, string> {
  context.say(`the twin’s own keys are taken, which open ${name} there`);
  const { accessKeyId, secretAccessKey } = twinKeys!.datasets;
  return { accessKeyId, secretAccessKey };
}

/** What a secret is made of: two fields, the second hidden. */
interface SecretKind {
  readonly fields: readonly [string, string];
  readonly questions: readonly [string, string];
  readonly what: string;
  /** `A:B`, for stdin. */
  readonly pair: RegExp;
  parse(text: string): unknown;
  stored(name: string): string;
}

const accessKeys: SecretKind = {
  fields: ['accessKeyId', 'secretAccessKey'],
  questions: ['access key id', 'secret access key'],
  what: 'access keys',
  pair: /^([A-Za-z0-9]+):(\S+)$/,
  parse: parseAccessKeys,
  stored: name => `the keys of ${name} are stored`,
};

const login: SecretKind = {
  fields: ['username', 'password'],
  questions: ['NDA username', 'NDA password'],
  what: 'username and password',
  pair: /^([^:\s{]+):(.+)$/,
  parse: parseNdaLogin,
  stored: name => `the login of ${name} is stored, untried: NDA is asked when a job downloads`,
};

/** Lists the dataset with the keys. Throws LabError when they do not open it; nothing is stored then. */
async function tryKeys(
  context: Context,
  endpoint: Endpoint,
  name: string,
  dataset: Dataset,
  keys: AccessKeys,
): Promise<void> {
  const address = `s3://${dataset.bucket}/${dataset.prefix}`;
  const { openDataset } = await import('../../aws/account/dataset.ts');
  const answer = await openDataset(endpoint, dataset, keys);
  if (answer.state === 'open') {
    const fix = context.local
      ? `copy data into its folder, ${join(twinPlace(context).folder, 'state', 's3', dataset.bucket)}/`
      : 'look at its prefix';
    if (answer.empty) context.say(`the keys open ${address}, and nothing is there: ${fix}`);
    return;
  }
  const { text, fix } = explainRefusal(name, dataset, answer.refusal, answer.region);
  throw new LabError({
    where: name,
    message: `these keys do not open ${address}: ${text}`,
    fix: `${fix}; nothing was stored (--no-check stores them all the same)`,
  });
}

/** From the prompt, hidden; or from stdin: JSON, or `A:B` as s3fs writes it. Undefined where the twin's own keys do. */
async function readSecret(
  context: Context,
  name: string,
  kind: SecretKind,
): Promise<Record<string, string> | undefined> {
  const made = (first: string, second: string): Record<string, string> => ({
    [kind.fields[0]]: first,
    [kind.fields[1]]: second,
  });
  const ownDo = context.local && kind === accessKeys;
  if (context.stdin.isTTY) {
    if (ownDo) return undefined;
    const first = await ask(context, `${kind.questions[0]} of ${name}: `, false);
    return made(first, await ask(context, `${kind.questions[1]} (hidden): `, true));
  }
  const text = (await readAll(context.stdin)).toString('utf8').trim();
  if (ownDo && text === '') return undefined;
  const parsed = kind.parse(text);
  if (parsed && parsed !== 'placeholder') {
    const fields = parsed as Record<string, string>;
    return made(fields[kind.fields[0]]!, fields[kind.fields[1]]!);
  }
  const pair = kind.pair.exec(text);
  if (!pair)
    throw new LabError({
      where: 'stdin',
      message: `holds no ${kind.what}`,
      fix: `{"${kind.fields[0]}": "…", "${kind.fields[1]}": "…"} or ${kind.fields.map(field => field.toUpperCase()).join(':')}`,
    });
  return made(pair[1]!, pair[2]!);
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
