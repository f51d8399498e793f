import type { Account } from '../contract/ports/account.ts';
import { type Check, type Finding, orOk, type Scope, unchecked } from './finding.ts';
import { whyNot } from './why-not.ts';

/** A finding with the name of the check that made it. */
export interface Row extends Finding {
  readonly check: string;
}

/**
 * Runs all checks at once, and tells each that has ended. A gathering that fails is "not checked", never a crash and
 * never ok. Without valid credentials, which `first` looks at, nothing else is asked. Rows come in the order of the list.
 */
export async function runChecks(
  first: Check,
  checks: readonly Check[],
  account: Account,
  scope: Scope,
  onEnd: (check: string, findings: readonly Finding[]) => void = () => {},
): Promise<readonly Row[]> {
  const asked = remembered(account);
  const run = async (check: Check): Promise<readonly Row[]> => {
    const findings = await runCheck(check, asked, scope);
    onEnd(check.name, findings);
    return findings.map(finding => ({ check: check.name, ...finding }));
  };
  const before = await run(first);
  if (before.some(row => row.outcome === 'fail'))
    return [
      ...before,
      ...checks.map(check => ({ check: check.name, ...unchecked('AWS cannot be asked yet') })),
    ];
  return [...before, ...(await Promise.all(checks.map(run))).flat()];
}

async function runCheck(check: Check, account: Account, scope: Scope): Promise<readonly Finding[]> {
  if (scope.local && check.notOnTwin) return [unchecked(`skipped on the twin: ${check.notOnTwin}`)];
  let facts: unknown;
  try {
    facts = await check.gather(account, scope);
  } catch (error) {
    return [whyNot(error, check)];
  }
  return orOk(check.judge(facts, scope), 'there is nothing to look at');
}

/** The port, asking the same question once: many checks share facts. */
function remembered(account: Account): Account {
  const answers = new Map<string, unknown>();
  return new Proxy(account, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]) => {
        const key = `${String(name)} ${JSON.stringify(args)}`;
        if (!answers.has(key)) answers.set(key, Reflect.apply(method, target, args));
        return answers.get(key);
      };
    },
  });
}
