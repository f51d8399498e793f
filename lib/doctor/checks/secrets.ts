import type { Account } from '../../contract/ports/account.ts';
import { hasSecret, isUnfilled, parseAccessKeys, parseNdaLogin } from '../../contract/workload/mount.ts';
import { secretLabel, secretsOf } from '../../contract/workload/places.ts';
import { deployed } from '../deployed.ts';
import { type Check, type Finding, fail, ok, type Scope } from '../finding.ts';
import { usedDatasets } from '../used-datasets.ts';
import { whyNot } from '../why-not.ts';

type Held = 'filled' | 'placeholder' | 'other' | 'missing';

interface Fact {
  /** A dataset's, or a workload's. */
  readonly name: string;
  readonly held: Held | Finding;
}

/** Every dataset that needs keys or a login has them, and every workload its secrets: not the placeholder that a deploy leaves. */
export const secrets: Check<readonly Fact[]> = {
  name: 'secrets',
  needs: ['secretsmanager:GetSecretValue'],
  async gather(account, scope) {
    const datasets = usedDatasets(scope).filter(name => hasSecret(scope.config.datasets[name]!.access));
    const own = scope.specs.flatMap(spec =>
      Object.keys(secretsOf(spec)).map(name => secretLabel(spec.name, name)),
    );
    const names = [...datasets, ...own];
    if (names.length === 0) return [];
    const { map } = await deployed(account, scope);
    return Promise.all(
      names.map(async name => ({ name, held: await look(account, scope, name, map.secrets[name]) })),
    );
  },
  judge: (facts, scope) =>
    facts.length === 0
      ? [ok('nothing needs one')]
      : facts.map(fact =>
          typeof fact.held === 'object' ? fact.held : judgeHeld(fact.name, fact.held, scope),
        ),
};

async function look(
  account: Account,
  { config }: Scope,
  name: string,
  id: string | undefined,
): Promise<Held | Finding> {
  if (!id) return 'missing';
  try {
    const text = await account.secret(id);
    const dataset = config.datasets[name];
    if (!dataset) return isUnfilled(text) ? 'placeholder' : 'filled';
    const parsed = dataset.access === 'nda' ? parseNdaLogin(text) : parseAccessKeys(text);
    return parsed === undefined ? 'other' : parsed === 'placeholder' ? 'placeholder' : 'filled';
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return 'missing';
    return whyNot(error, secrets);
  }
}

function judgeHeld(name: string, held: Held, { suffix }: Scope): Finding {
  const set = `npx lab secret set ${name}${suffix}`;
  switch (held) {
    case 'filled':
      return ok(`${name} is filled`);
    case 'placeholder':
      return fail(`the secret of ${name} still holds its placeholder`, set);
    case 'other':
      return fail(`the secret of ${name} holds something that is neither keys nor a login`, set);
    case 'missing':
      return fail(`${name} has no secret in the stack`, 'npm run deploy');
  }
}
