/**
 * Instance types that a region lacks. One of them is enough: CreateComputeEnvironment refuses the request, "Instance type can
 * only be one of …", and the stack rolls back.
 */
export const absentTypes = (types: readonly string[], offered: readonly string[]): readonly string[] =>
  types.filter(type => !offered.includes(type));

/** The line to write in lab.config.ts, as far as the pool's own types give one. */
export function instanceTypesFix(
  pool: string,
  types: readonly string[],
  offered: readonly string[],
  region: string,
): string {
  const there = types.filter(type => offered.includes(type));
  const list = there.length > 0 ? `[${there.map(type => `'${type}'`).join(', ')}]` : '[…]';
  return `pools: { '${pool}': { instanceTypes: ${list} } } in lab.config.ts${there.length > 0 ? '' : `, with types that ${region} has: aws ec2 describe-instance-type-offerings --region ${region}`}`;
}
