import { join } from 'node:path';
import type { Endpoint } from '../../aws/endpoint.ts';
import type { Dataset, LabConfig } from '../../contract/workload/config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { type AccessKeys, hasSecret } from '../../contract/workload/mount.ts';
import { secretLabel, secretsOf } from '../../contract/workload/places.ts';
import { suggest } from '../../contract/workload/suggest.ts';
import { explainRefusal } from '../../doctor/dataset-refusal.ts';
import type { Command } from '../command.ts';
import type { Connection, Context } from '../context.ts';
import { accessKeys, login, ownSecret, readSecret, type SecretKind } from '../input/read-secret.ts';
import { twinFolderOf } from '../twin/folder.ts';

export const secret: Command = {
  name: 'secret',
  group: 'lab',
  summary: 'fill the access keys or login of a dataset, or a secret of a workload',
  usage: 'set <dataset | workload/name>',
  options: { 'no-check': { type: 'boolean', describe: 'do not try the keys on the dataset first' } },
  examples: ['lab secret set hcp', 'lab secret set hcp < keys.json'],
  async run(context, args) {
    const [verb, name = ''] = args.positionals;
    if (verb !== 'set')
      throw new LabError({
        where: 'lab secret',
        message: 'knows only set',
        fix: 'npx lab secret set, and the name of a dataset',
      });
    const config = await context.config();
    const kind = kindOf(context, config, name);
    if (args.positionals.length > 2)
      throw new LabError({
        where: 'lab secret set',
        message: 'takes no secret as an argument: it would stay in the shell’s history',
        fix: 'type it at the prompt, or pipe it in',
      });
    const given = await readSecret(context, name, kind, context.local && kind === accessKeys);
    const connection = await context.connect();
    const value = given ?? ownKeys(context, connection, name);
    const dataset = config.datasets[name];
    if (dataset?.access === 'keys' && !args.flag('no-check'))
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

/** What a secret of this name is made of. Throws LabError with the nearest name where the lab has none. */
function kindOf({ workloads }: Context, config: LabConfig, name: string): SecretKind {
  const kinds = new Map<string, SecretKind>();
  for (const [dataset, { access }] of Object.entries(config.datasets))
    if (hasSecret(access)) kinds.set(dataset, access === 'nda' ? login : accessKeys);
  for (const spec of workloads.filter(each => config.workloads[each.name]?.enabled))
    for (const [own, described] of Object.entries(secretsOf(spec)))
      kinds.set(secretLabel(spec.name, own), ownSecret(described));
  const found = kinds.get(name);
  if (found) return found;
  const names = [...kinds.keys()];
  const near = suggest(name, names);
  throw new LabError({
    where: name || 'lab secret set',
    message: 'is no dataset with a secret, nor a secret of a workload',
    fix: near ? `did you mean ${near}?` : `there are: ${names.join(', ') || 'none'}`,
  });
}

/** The twin's own keys open its datasets: a person has no others for it. */
function ownKeys(context: Context, { twinKeys }: Connection, name: string): Record<string, string> {
  context.say(`the twin’s own keys are taken, which open ${name} there`);
  const { accessKeyId, secretAccessKey } = twinKeys!.datasets;
  return { accessKeyId, secretAccessKey };
}

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
      ? `copy data into its folder, ${join(twinFolderOf(context).folder, 'state', 's3', dataset.bucket)}/`
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
