/** Cases for two evaluators: `node cases.ts SEED COUNT TEMPLATE…` writes one a line, with what the twin's decides. */
import { readFileSync } from 'node:fs';
import { decide } from '../../../lib/twin/iam/decide.ts';
import type { Policy, Principal, RequestContext, Statement } from '../../../lib/twin/iam/types.ts';
import { readTwinStack } from '../../../lib/twin/template/twin-stack.ts';
import { documentOf } from './document.ts';
import { mutate } from './mutate.ts';
import { type Random, random } from './random.ts';
import { requestOf } from './requests.ts';

const account = '000000000000';
const [, , seed = '1', count = '3000', ...templates] = process.argv;
const stacks = templates.map(path =>
  readTwinStack(JSON.parse(readFileSync(path, 'utf8')) as object, { region: 'us-east-1', account }),
);
const pick = random(Number(seed));

interface Asking {
  readonly principal: Principal;
  readonly policies: readonly Policy[];
  readonly context: RequestContext;
}

/** The roles of the templates that have policies, and the people that they make policies for. */
const asking: readonly Asking[] = stacks.flatMap(({ rights }) => [
  ...[...rights.roles].filter(isOfJobs).map(
    ([roleArn, { name, policies }]): Asking => ({
      principal: { arn: `arn:aws:sts::${account}:assumed-role/${name}/task`, roleArn, account },
      policies,
      context: {
        'aws:principalarn': roleArn,
        'aws:userid': 'AROAEXAMPLE:task',
        'aws:principaltype': 'AssumedRole',
      },
    }),
  ),
  ...[...rights.people].map(
    ([name, policies]): Asking => ({
      principal: { arn: `arn:aws:iam::${account}:user/${name}`, account },
      policies,
      context: {
        'aws:principalarn': `arn:aws:iam::${account}:user/${name}`,
        ...{ 'aws:userid': 'AIDAEXAMPLE', 'aws:username': name, 'aws:principaltype': 'User' },
      },
    }),
  ),
]);
const ofBuckets = stacks.flatMap(({ rights }) => [...rights.ofBuckets.entries()]);

for (let id = 0; id < Number(count); id++) {
  const { principal, policies, context } = pick.one(asking);
  const own = mutated(policies, pick);
  const asked = requestOf(own, pick);
  const bucket = /^arn:aws:s3:::([^/]+)/.exec(asked.resource)?.[1];
  const [, [given] = []] = ofBuckets.find(([name]) => name === bucket) ?? [];
  const ofBucket = given && mutated([given], pick, principal)[0];
  const boundary = pick.chance(0.1)
    ? [{ ...pick.one(own.length > 0 ? own : policies), name: 'boundary', kind: 'boundary' as const }]
    : [];
  const all = [...own, ...(ofBucket ? [ofBucket] : []), ...boundary];
  const request = { principal, ...asked, context: { ...context, ...asked.context } };
  const { isAllowed, by } = decide(all, request);
  process.stdout.write(
    `${JSON.stringify({
      id,
      request: { ...request, principal: principal.arn },
      identity: own.map(each => ({ name: each.name, policy: documentOf(each) })),
      ...(ofBucket ? { resourcePolicy: documentOf(ofBucket) } : {}),
      boundary: boundary.map(each => ({ name: each.name, policy: documentOf(each) })),
      ours: isAllowed ? 'Allowed' : by ? 'ExplicitlyDenied' : 'ImplicitlyDenied',
    })}\n`,
  );
}

/** Of what the twin's requests come from; of the others, which are AWS's, one is enough. */
function isOfJobs([, { name, policies }]: readonly [
  string,
  { readonly name: string; readonly policies: readonly Policy[] },
]): boolean {
  return policies.length > 0 && /Role[a-z]+Role|ExecutionRole/.test(name);
}

/** One case in four has the template's own policies. */
function mutated(policies: readonly Policy[], among: Random, principal?: Principal): Policy[] {
  if (among.chance(0.25)) return [...policies];
  return policies
    .map(policy => ({
      ...policy,
      statements: policy.statements.flatMap((each): Statement[] =>
        among.chance(0.5) ? mutate(each, among, principal) : [each],
      ),
    }))
    .filter(each => each.statements.length > 0);
}
