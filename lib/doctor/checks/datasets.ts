import { usdPerGbBetweenRegions } from '../../contract/hosts/transfer.ts';
import type { Account, DatasetAnswer } from '../../contract/ports/account.ts';
import { hiddenText, judgeInput } from '../../contract/workload/input-look.ts';
import { parseAccessKeys } from '../../contract/workload/mount.ts';
import { elsewhere, explainRefusal } from '../dataset-refusal.ts';
import { deployed } from '../deployed.ts';
import { type Check, type Finding, fail, NotChecked, ok, type Scope, unchecked, warn } from '../finding.ts';
import { usedDatasets } from '../used-datasets.ts';
import { whyNot } from '../why-not.ts';

interface Fact {
  readonly dataset: string;
  readonly answer: DatasetAnswer | Finding;
}

/** Every dataset opens, as its access says, and is where the configuration says. */
export const datasets: Check<readonly Fact[]> = {
  name: 'datasets',
  needs: ['s3:ListBucket', 'secretsmanager:GetSecretValue'],
  gather: (account, scope) =>
    Promise.all(
      usedDatasets(scope).map(async dataset => ({
        dataset,
        answer: await open(account, scope, dataset).catch((error: unknown) => whyNot(error, datasets)),
      })),
    ),
  judge: (facts, scope) =>
    facts.length === 0 ? [ok('no workload reads one')] : facts.flatMap(fact => judgeAnswer(fact, scope)),
};

async function open(account: Account, scope: Scope, name: string): Promise<DatasetAnswer | Finding> {
  const dataset = scope.config.datasets[name]!;
  if (dataset.access === 'nda') return unchecked(`${name}: NDA is asked when a job downloads`);
  if (dataset.access !== 'keys') return account.openDataset(dataset);
  const id = (await deployed(account, scope)).map.secrets[name];
  if (!id) throw new NotChecked(`${name}: it has no secret yet`);
  const keys = parseAccessKeys(await account.secret(id));
  if (!keys || keys === 'placeholder') throw new NotChecked(`${name}: its keys are not filled in yet`);
  return account.openDataset(dataset, keys);
}

function judgeAnswer(fact: Fact, scope: Scope): readonly Finding[] {
  return [...judgeOpening(fact, scope), ...hiddenKeys(fact, scope)];
}

/** Keys that a tool will not find below the mount: nobody else says so. */
function hiddenKeys({ dataset: name, answer }: Fact, { config, specs }: Scope): readonly Finding[] {
  if (!('state' in answer) || answer.state !== 'open' || !answer.listing) return [];
  const { listing } = answer;
  const mounts = specs.flatMap(spec =>
    spec.mounts.filter(mount => config.workloads[spec.name]?.datasets[mount.path] === name),
  );
  const told = mounts.flatMap(
    ({ access }) => hiddenText(judgeInput(listing, config.datasets[name]!.prefix, access)) ?? [],
  );
  return [...new Set(told)].map(text =>
    warn(`${name}: ${text}`, 'copy them to other names; a tool that reads S3 itself sees them'),
  );
}

function judgeOpening({ dataset: name, answer }: Fact, { config, local }: Scope): readonly Finding[] {
  if ('outcome' in answer) return [answer];
  const dataset = config.datasets[name]!;
  const address = `s3://${dataset.bucket}/${dataset.prefix}`;
  if (answer.state === 'refused') {
    const { text, fix } = explainRefusal(name, dataset, answer.refusal, answer.region);
    return [fail(`${name}: ${text}`, fix)];
  }
  if (!local && answer.region !== undefined && answer.region !== dataset.region) {
    const { text, fix } = elsewhere(name, dataset, answer.region);
    return [fail(`${name}: ${text}`, fix)];
  }
  if (answer.empty)
    return [warn(`${name}: nothing is at ${address}`, `look at datasets.${name}.prefix in lab.config.ts`)];
  const asYou = dataset.access === 'role' ? ' by you; jobs read it as their role' : '';
  if (dataset.region !== config.region)
    return [
      warn(
        `${name}: ${address} opens${asYou}; it is in ${dataset.region}, and the lab in ${config.region}: what jobs read costs about ${usdPerGbBetweenRegions} USD a GB`,
        `a lab in ${dataset.region}`,
      ),
    ];
  return [ok(`${name}: ${address} opens${asYou}`)];
}
