import { workloads } from '../../jobs/index.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';

const spec = workloads.find(each => each.name === 'rapidtide')!;
const config = resolveConfig(
  {
    ...rapidtideLab,
    workloads: { rapidtide: { ...rapidtideLab.workloads.rapidtide, maxvCpus: 64 } },
  },
  workloads,
);
const deployed: Readonly<Record<string, string>> = {
  'arm64-ondemand-rapidtide': 'arm-queue',
  'x86-ondemand-rapidtide': 'x86-queue',
};
const plan = (pool?: string, queues = deployed) =>
  planRound({
    spec,
    config,
    request: { workload: spec.name, parameters: {}, ...(pool ? { pool } : {}) },
    runId: 'r',
    round: 0,
    now: new Date(0),
    queues,
    work: Object.fromEntries(spec.steps.map(step => [step.name, [{ items: [{ name: '100307' }] }]])),
  }).plan.steps[0]!.lanes[0];

it('a workload with a limit of its own goes to its own pool', () =>
  expect(plan()).toMatchObject({ jobQueue: 'arm-queue', jobDefinition: 'arraylab-lab-rapidtide-arm64' }));

it.each(['x86-ondemand', 'x86-ondemand-rapidtide'])('--pool %s names the same one', pool =>
  expect(plan(pool)).toMatchObject({ jobQueue: 'x86-queue', jobDefinition: 'arraylab-lab-rapidtide-x86' }),
);

it('a pool that it does not have is refused, with those that it has', () =>
  expect(() => plan('arm64-spot')).toThrow('rapidtide has no pool "arm64-spot"'));

it('a pool that is written down and not deployed is no typing error', () =>
  expect(() => plan(undefined, {})).toThrow(
    /is in lab.config.ts, and not in the deployed stack[\s\S]*npm run deploy/,
  ));
