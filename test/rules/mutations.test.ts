import { checkTemplate } from '../../lib/rules/check-template.ts';
import { pack } from '../../lib/rules/pack.ts';
import { bucketMutations } from './mutations/bucket.ts';
import { environmentMutations } from './mutations/environment.ts';
import { eventMutations } from './mutations/event.ts';
import { fargateMutations } from './mutations/fargate.ts';
import { hostMutations } from './mutations/host.ts';
import { imageMutations } from './mutations/image.ts';
import { jobMutations } from './mutations/job.ts';
import { networkMutations, strictMutations } from './mutations/network.ts';
import { partsOf } from './mutations/parts.ts';
import { queueMutations } from './mutations/queue.ts';
import { retryMutations } from './mutations/retry.ts';
import { rightsMutations } from './mutations/rights.ts';
import { defaultLab, strictLab, synthesize } from './synthesized.ts';

const labs = [
  {
    lab: 'default',
    input: defaultLab,
    mutations: [
      ...bucketMutations,
      ...environmentMutations,
      ...eventMutations,
      ...hostMutations,
      ...networkMutations,
      ...queueMutations,
      ...fargateMutations,
      ...jobMutations,
      ...retryMutations,
      ...rightsMutations,
      ...imageMutations,
    ],
  },
  { lab: 'strict', input: strictLab, mutations: strictMutations },
];

describe.each(labs)('$lab lab', ({ input, mutations }) => {
  const { json, imageArchitectures } = synthesize(input);

  it('has no finding', () => {
    expect(checkTemplate(json, imageArchitectures)).toEqual([]);
  });

  it.each(mutations)('$rule alone tells: $title', ({ rule, mutate }) => {
    const template = structuredClone(json) as Parameters<typeof partsOf>[0];
    mutate(partsOf(template));
    const findings = checkTemplate(template, imageArchitectures);
    expect([...new Set(findings.map(each => each.rule))]).toEqual([rule]);
    for (const { resource, value, message, fix } of findings) {
      expect(Object.keys(template.Resources)).toContain(resource);
      for (const text of [value, message, fix]) expect(text).toMatch(/\S/);
    }
  });
});

it('has a mutation for every rule, and no two rules of one name', () => {
  const ids = pack.map(rule => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...new Set(labs.flatMap(({ mutations }) => mutations.map(each => each.rule)))].sort()).toEqual(
    [...ids].sort(),
  );
});
