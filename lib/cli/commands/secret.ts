import { createInterface } from 'node:readline';
import { s3Store } from '../../aws/store.ts';
import { LabError } from '../../spec/errors.ts';
import { exitCodes } from '../../spec/exit-codes.ts';
import { parseAccessKeys } from '../../spec/mount.ts';
import { suggest } from '../../spec/suggest.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { readAll } from '../read-all.ts';

export const secret: Command = {
  name: 'secret',
  summary: 'fill the access keys of a dataset: lab secret set <dataset>',
  usage: 'set <dataset>',
  options: { 'no-check': { type: 'boolean', describe: 'do not try the keys on the dataset first' } },
  examples: ['lab secret set hcp', 'lab secret set hcp < keys.json'],
  async run(context, args) {
    const [verb, name = ''] = args.positionals;
    if (verb !== 'set')
      throw new LabError({ where: 'lab secret', message: 'knows only set', fix: 'lab secret set <dataset>' });
    const config = await context.config();
    const dataset = config.datasets[name];
    const withKeys = Object.keys(config.datasets).filter(key => config.datasets[key]!.access === 'keys');
    if (dataset?.access !== 'keys') {
      const near = suggest(name, withKeys);
      throw new LabError({
        where: name || 'lab secret set',
        message: 'is no dataset with access keys',
        fix: near ? `did you mean ${near}?` : `there are: ${withKeys.join(', ') || 'none'}`,
      });
    }
    if (args.positionals.length > 2)
      throw new LabError({
        where: 'lab secret set',
        message: 'takes no secret as an argument: it would stay in the shell’s history',
        fix: 'type it at the prompt, or pipe it in',
      });
    const keys = await readKeys(context, name);
    const connection = await context.connect();
    if (!args.flag('no-check')) {
      const store = s3Store(
        { ...connection.endpoint, region: dataset.region, credentials: keys },
        dataset.bucket,
      );
      try {
        for await (const _ of store.list(dataset.prefix, { limit: 1 })) break;
      } catch (error) {
        throw new LabError({
          where: name,
          message: `these keys do not open s3://${dataset.bucket}/${dataset.prefix}: ${(error as Error).message}`,
          fix: 'check them; nothing was stored (--no-check stores them all the same)',
        });
      }
    }
    const id = connection.deployment.map.secrets[name];
    if (!id)
      throw new LabError({
        where: name,
        message: 'has no secret in the deployed stack',
        fix: 'npm run deploy',
      });
    await connection.secrets.put(id, JSON.stringify(keys));
    context.say(`the keys of ${name} are stored\nNext: lab submit --help${context.suffix}`);
    return exitCodes.ok;
  },
};

/** From the prompt, hidden; or from stdin: JSON, or `KEY:SECRET` as s3fs writes it. */
async function readKeys(
  context: Context,
  name: string,
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  if (context.stdin.isTTY) {
    const accessKeyId = await ask(context, `access key id of ${name}: `, false);
    return { accessKeyId, secretAccessKey: await ask(context, 'secret access key (hidden): ', true) };
  }
  const text = (await readAll(context.stdin)).toString('utf8').trim();
  const parsed = parseAccessKeys(text);
  if (parsed && parsed !== 'placeholder')
    return { accessKeyId: parsed.accessKeyId, secretAccessKey: parsed.secretAccessKey };
  const pair = /^([A-Za-z0-9]+):(\S+)$/.exec(text);
  if (!pair)
    throw new LabError({
      where: 'stdin',
      message: 'holds no access keys',
      fix: '{"accessKeyId": "…", "secretAccessKey": "…"} or KEY:SECRET',
    });
  return { accessKeyId: pair[1]!, secretAccessKey: pair[2]! };
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
