/** What a template's resources cost while nothing runs, by kind. */
export interface IdleCost {
  readonly what: string;
  readonly count: number;
  /** For all of them, per month of 730 hours, in us-east-1. */
  readonly usd: number;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly VpcEndpointType?: string; readonly SubnetIds?: readonly unknown[] };
}

const hours = 730;

/** What is paid for whether it is used or not; prices and their pages: docs/the-stack.md. Storage is paid for by what is there. */
const kinds: readonly {
  readonly one: string;
  readonly many: string;
  readonly each: number;
  readonly countOf: (resource: Resource) => number;
}[] = [
  { one: 'secret', many: 'secrets', each: 0.4, countOf: ofType('AWS::SecretsManager::Secret') },
  {
    one: 'NAT gateway',
    many: 'NAT gateways',
    each: 0.045 * hours,
    countOf: ofType('AWS::EC2::NatGateway'),
  },
  { one: 'address', many: 'addresses', each: 0.005 * hours, countOf: ofType('AWS::EC2::EIP') },
  {
    one: 'interface endpoint in a zone',
    many: 'interface endpoints in a zone',
    each: 0.01 * hours,
    countOf: ({ Type, Properties }) =>
      Type === 'AWS::EC2::VPCEndpoint' && Properties?.VpcEndpointType === 'Interface'
        ? (Properties.SubnetIds?.length ?? 1)
        : 0,
  },
  { one: 'key', many: 'keys', each: 1, countOf: ofType('AWS::KMS::Key') },
];

function ofType(type: string): (resource: Resource) => number {
  return resource => (resource.Type === type ? 1 : 0);
}

/** What of a template costs while nothing runs; nothing where nothing does. */
export function idleCosts(resources: Readonly<Record<string, unknown>>): readonly IdleCost[] {
  return kinds.flatMap(({ one, many, each, countOf }) => {
    const count = Object.values(resources).reduce<number>((sum, it) => sum + countOf(it as Resource), 0);
    return count === 0 ? [] : [{ what: count === 1 ? one : many, count, usd: count * each }];
  });
}

/** `about 37.90 USD a month while nothing runs (1 secret, 1 NAT gateway, 1 address)`. */
export function idleCostText(costs: readonly IdleCost[]): string {
  const total = costs.reduce((sum, { usd }) => sum + usd, 0);
  if (total === 0) return 'nothing while nothing runs';
  return `about ${total.toFixed(2)} USD a month while nothing runs (${costs.map(({ what, count }) => `${count} ${what}`).join(', ')})`;
}
