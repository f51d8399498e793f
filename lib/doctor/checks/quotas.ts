import { instanceType } from '../../contract/hosts/instance-types.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import type { Market } from '../../contract/workload/workload.ts';
import { type Check, type Finding, fail, ok, type Scope, unchecked, warn } from '../finding.ts';

/** vCPUs that EC2 lets an account run at once, by family and market: docs.aws.amazon.com/ec2, On-Demand and Spot quotas. */
const codes: Readonly<Record<string, Readonly<Record<Market, string>>>> = {
  standard: { 'on-demand': 'L-1216C47A', spot: 'L-34B43A08' },
  X: { 'on-demand': 'L-7295265B', spot: 'L-E3A00192' },
  'G and VT': { 'on-demand': 'L-DB2E81BA', spot: 'L-3819A6DF' },
  P: { 'on-demand': 'L-417A185B', spot: 'L-7212CCBC' },
  F: { 'on-demand': 'L-74FC7D96', spot: 'L-88CF9481' },
};

interface Wanted {
  readonly code: string;
  readonly what: string;
  readonly pools: readonly string[];
  /** vCPUs of the smallest host, and of all that the pools may grow to. */
  readonly least: number;
  readonly most: number;
}

interface Facts {
  readonly wanted: readonly Wanted[];
  readonly values: Readonly<Record<string, number | undefined>>;
}

/** The account may run as many vCPUs as the pools may grow to. */
export const quotas: Check<Facts> = {
  name: 'quotas',
  needs: ['servicequotas:GetServiceQuota'],
  notOnTwin: 'it has none',
  async gather(account, scope) {
    const wanted = wantedQuotas(scope.config, scope.pools);
    const values = await Promise.all(wanted.map(each => account.quota('ec2', each.code)));
    return { wanted, values: Object.fromEntries(wanted.map((each, i) => [each.code, values[i]])) };
  },
  judge: ({ wanted, values }, scope) => wanted.map(each => judgeQuota(each, values[each.code], scope)),
};

function judgeQuota(wanted: Wanted, value: number | undefined, { config }: Scope): Finding {
  const { code, what, pools, least, most } = wanted;
  const names = pools.join(', ');
  if (value === undefined) return unchecked(`${config.region} has no quota ${code} (${what} vCPUs)`);
  const ask = (vcpus: number): string =>
    `aws service-quotas request-service-quota-increase --region ${config.region} --service-code ec2 --quota-code ${code} --desired-value ${vcpus}`;
  if (value < least)
    return fail(
      `${what}: ${count(value)} vCPUs at once, and the smallest host of ${names} has ${least}: no job can start`,
      ask(most),
    );
  if (value < most)
    return warn(`${what}: ${count(value)} vCPUs at once, and ${names} may ask for ${count(most)}`, ask(most));
  return ok(`${what}: ${count(value)} vCPUs at once, for ${names}`);
}

const count = (value: number): string => value.toLocaleString('en-US');

/** Quotas that the pools draw on; pools that share one are added up. */
function wantedQuotas(config: LabConfig, pools: readonly string[]): readonly Wanted[] {
  const found = new Map<string, Wanted>();
  for (const name of pools) {
    const pool = config.pools[name];
    if (!pool) continue;
    // A family that we do not know has a quota that we do not know.
    const families = new Set(pool.instanceTypes.flatMap(type => family(type) ?? []));
    // A pool that spills has an environment of each market, with its maxvCpus each.
    const markets: readonly Market[] = pool.spillToOnDemand ? ['spot', 'on-demand'] : [pool.market];
    for (const [each, market] of [...families].flatMap(one => markets.map(other => [one, other] as const))) {
      const code = codes[each]![market];
      const sizes = pool.instanceTypes
        .filter(type => family(type) === each)
        .flatMap(type => instanceType(type)?.vcpus ?? []);
      const before = found.get(code);
      found.set(code, {
        code,
        what: `${each} ${market}`,
        pools: [...(before?.pools ?? []), name],
        least: Math.min(before?.least ?? Number.POSITIVE_INFINITY, ...sizes),
        most: (before?.most ?? 0) + pool.maxvCpus,
      });
    }
  }
  return [...found.values()];
}

/** The quota's family of an instance type: A, C, D, H, I, M, R, T and Z are the standard ones. */
function family(type: string): string | undefined {
  const letters = /^([a-z]+)\d/.exec(type)?.[1] ?? '';
  if (/^([acdhimrtz]|im|is)$/.test(letters)) return 'standard';
  return { x: 'X', g: 'G and VT', vt: 'G and VT', p: 'P', f: 'F' }[letters];
}
