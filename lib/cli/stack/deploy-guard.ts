import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StackState } from '../../contract/ports/stack.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { counted } from '../../contract/workload/number-text.ts';
import type { Context } from '../context.ts';
import { durationText } from '../output/output.ts';
import { type AtRisk, atRisk } from './at-risk.ts';
import { type DeployedTemplate, readDeployedTemplate } from './deployed-template.ts';
import { cdkContext } from './pass-on.ts';
import { readRunning, runOf } from './running.ts';
import { ofType, readStackView, type StackView } from './stack-view.ts';
import { again, type Target } from './target.ts';
import { environmentsOf, type Touched, touchedEnvironments } from './touched.ts';

/** What a deploy over a stack that is there means for the jobs of its queues. */
export interface Outlook {
  readonly touched: readonly Touched[];
  readonly atRisk: readonly AtRisk[];
  /** Queues (physical ids) whose environments are touched. */
  readonly queues: readonly string[];
}

const nothing: Outlook = { touched: [], atRisk: [], queues: [] };

/**
 * Jobs that this deploy would end: those that run longer than Batch lets them once their hosts are replaced. Synthesizes only
 * where something runs, or where `always`.
 */
export async function lookAhead(
  context: Context,
  target: Target,
  stack: StackState,
  always: boolean,
): Promise<Outlook> {
  const { aws } = target;
  const view = await readStackView(aws.stacks, stack.id);
  const queues = ofType(view.goes, 'AWS::Batch::JobQueue');
  const running = await readRunning(
    aws.queues,
    queues.map(each => each.physicalId!),
    true,
  );
  if (!always && running.every(each => each.jobs.length === 0)) return nothing;
  const touched = touchedEnvironments(
    view.template,
    await synthesized(context, target),
    await changedParameters(target, stack, view),
  );
  const jobs = new Map(
    queues.map(queue => [
      queue.logicalId,
      running.find(each => [each.queue.arn, each.queue.name].includes(queue.physicalId!))?.jobs ?? [],
    ]),
  );
  const names = new Set(touched.map(each => each.environment));
  return {
    touched,
    atRisk: atRisk(jobs, touched, view.template, context.now().getTime()),
    queues: queues
      .filter(each => [...environmentsOf(view.template, each.logicalId)].some(id => names.has(id)))
      .map(each => each.physicalId!),
  };
}

/** Parameters that CloudFormation looks up: a newer machine image replaces hosts with no change of the template. */
async function changedParameters(
  { aws }: Target,
  stack: StackState,
  view: StackView,
): Promise<(name: string) => boolean> {
  const changed = new Set<string>();
  for (const [name, path] of Object.entries(view.template.ssmParameters)) {
    const now = await aws.stacks.parameter(path);
    // What cannot be read may have changed.
    if (now !== stack.parameters[name]) changed.add(name);
  }
  return name => changed.has(name);
}

/** The template that this deploy would send. */
async function synthesized(context: Context, target: Target): Promise<DeployedTemplate> {
  context.say('comparing what is deployed with what would be …');
  const folder = await mkdtemp(join(tmpdir(), 'lab-deploy-'));
  try {
    const given = [...cdkContext(target.rest)].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const code = await target.cdk('synth', '--quiet', '--no-notices', '-o', folder, ...given);
    if (code !== 0)
      throw new LabError({
        where: 'cdk synth',
        message: `ended with exit code ${code}; nothing was changed`,
        fix: 'mend what it says above, then deploy again',
      });
    const path = join(folder, `${target.stack}.template.json`);
    return readDeployedTemplate(JSON.parse(await readFile(path, 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws LabError that names every job a deploy would end, and what would end it. */
export function refuseAtRisk({ atRisk: jobs }: Outlook, target: Target, now: number): void {
  if (jobs.length === 0) return;
  const grace = Math.min(...jobs.map(each => each.touched.graceMinutes));
  const changes = [...new Set(jobs.flatMap(each => each.touched.changes))].join('; ');
  const limit =
    grace === 0
      ? 'at once'
      : `after ${counted(grace, 'minute')}, and these may run longer than that from now`;
  throw new LabError(
    [
      {
        where: target.stack,
        message: `this deploy replaces hosts (${changes}), which ends what runs on them ${limit}; nothing was changed`,
        fix: `${again(target, 'deploy', '--drain')} waits for them; ${again(target, 'deploy', '--anyway')} ends them`,
      },
      ...jobs.map(({ job, endsAt }) => ({
        where: runOf(job.jobName) ?? job.jobName,
        message: Number.isFinite(endsAt)
          ? `may run for another ${durationText(Math.max(0, endsAt - now) / 1000)}`
          : 'has no timeout',
      })),
    ],
    exitCodes.toMend,
  );
}
