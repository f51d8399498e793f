import type { Account, EnvironmentState, Instance, JoinedHost } from '../spec/account.ts';
import { readConsole } from './console.ts';
import type { Told } from './dataset-refusal.ts';
import { whyNot } from './why-not.ts';

/** Minutes after which a host that was asked for should have joined its cluster. */
export const joinMinutes = 10;

/** Hosts of one compute environment. */
export interface HostFacts {
  readonly environment: EnvironmentState;
  readonly joined: readonly JoinedHost[];
  readonly instances: readonly Instance[];
  /** A service-linked role without which EC2 gives no host; looked for where it gave none. */
  readonly missingRole?: string;
  /** What the console of the newest instance that has not joined says. */
  readonly console?: { readonly instance: Instance; readonly text: string; readonly unread?: string };
}

/**
 * Environment → its ECS cluster → hosts that joined; the lab's instances; and the console of one that did not. Takes
 * ecs:ListContainerInstances, ecs:DescribeContainerInstances, ec2:DescribeInstances and ec2:GetConsoleOutput.
 */
export async function gatherHosts(
  account: Account,
  lab: string,
  environment: EnvironmentState,
): Promise<HostFacts> {
  const [joined, all] = await Promise.all([
    environment.cluster ? account.joined(environment.cluster) : [],
    account.instances(lab),
  ]);
  const instances = all.filter(each => isOf(each, environment));
  const [instance] = instances
    .filter(each => !joined.some(host => host.instanceId === each.id))
    .sort((a, b) => (b.launchedAt?.getTime() ?? 0) - (a.launchedAt?.getTime() ?? 0));
  const facts = { environment, joined, instances };
  if (!instance) {
    const missingRole = instances.length === 0 ? await missing(account, environment) : undefined;
    return missingRole ? { ...facts, missingRole } : facts;
  }
  try {
    return { ...facts, console: { instance, text: await account.console(instance.id) } };
  } catch (error) {
    // The rest is worth telling without it.
    const unread = whyNot(error, { needs: ['ec2:GetConsoleOutput'] }).text;
    return { ...facts, console: { instance, text: '', unread } };
  }
}

/** Who may not look at roles has the check of them to say so. */
async function missing(account: Account, { spot }: EnvironmentState): Promise<string | undefined> {
  const names = ['AWSServiceRoleForBatch', 'AWSServiceRoleForAutoScaling'];
  if (spot) names.push('AWSServiceRoleForEC2Spot');
  const there = await Promise.all(names.map(name => account.hasRole(name).catch(() => true)));
  return names.find((_, i) => !there[i]);
}

/** Batch names the group of an environment's hosts after it; an instance without a group may be of any. */
const isOf = (instance: Instance, { name }: EnvironmentState): boolean =>
  instance.group === undefined || instance.group.startsWith(name);

/** Why no host of an environment works for jobs that wait, or undefined when hosts do. */
export function explainHosts(facts: HostFacts, now: Date): Told | undefined {
  const { environment, joined, instances } = facts;
  const working = joined.filter(host => host.connected && host.status === 'ACTIVE');
  if (working.length > 0) return undefined;
  if (joined.length > 0)
    return {
      text: `the ${hostsText(joined.length)} that joined no longer ${joined.length === 1 ? 'answers' : 'answer'} ECS (${joined[0]!.status}${joined[0]!.connected ? '' : ', agent not connected'})`,
      fix: `aws ec2 terminate-instances --instance-ids ${joined[0]!.instanceId}: Batch starts another`,
    };
  const running = instances.filter(each => /^(running|pending)$/.test(each.state));
  const gone = instances.filter(each => !/^(running|pending)$/.test(each.state));
  if (running.length > 0) return explainRunning(facts, running, now);
  if (gone.length > 0) return explainGone(facts, gone);
  if (facts.missingRole)
    return {
      text: `EC2 gave no host: there is no ${facts.missingRole}`,
      fix: 'lab doctor’s service roles line has the command that makes it',
    };
  if (environment.desiredvCpus === 0)
    return {
      text: 'Batch has not asked EC2 for a host',
      fix: 'wait some minutes; if it stays, cancel the job at the head of the queue and submit again',
    };
  return {
    text: `Batch asked for ${environment.desiredvCpus} vCPUs, and EC2 gave no host: a quota, or no capacity for ${environment.instanceTypes.join(', ')}`,
    fix: 'lab doctor’s quotas line; or more types in pools.<pool>.instanceTypes, in lab.config.ts',
  };
}

function explainRunning(facts: HostFacts, running: readonly Instance[], now: Date): Told | undefined {
  const oldest = Math.max(
    ...running.map(each => (each.launchedAt ? now.getTime() - each.launchedAt.getTime() : 0)),
  );
  const minutes = Math.floor(oldest / 60_000);
  if (minutes < joinMinutes) return undefined;
  const cause = readConsole(facts.console?.text ?? '');
  const what = `${hostsText(running.length)} of ${facts.environment.name} ran for ${minutes} min and never joined`;
  if (cause) return { text: `${what}; ${facts.console!.instance.id} says: ${cause.line}`, fix: cause.fix };
  return {
    text: `${what}: no way to ECS’s endpoint, or the image has no ECS agent${unreadText(facts)}`,
    fix: `aws ec2 get-console-output --latest --output text --instance-id ${running[0]!.id}`,
  };
}

function explainGone(facts: HostFacts, gone: readonly Instance[]): Told {
  const newest = facts.console?.instance ?? gone[0]!;
  const cause = readConsole(facts.console?.text ?? '');
  const what = `${hostsText(gone.length)} of ${facts.environment.name} started, never joined and stopped`;
  if (cause) return { text: `${what}; ${newest.id} says: ${cause.line}`, fix: cause.fix };
  const reason = newest.stateReason ? `: ${newest.stateReason}` : '';
  return {
    text: `${what}${reason}${unreadText(facts)}`,
    fix: `aws ec2 get-console-output --output text --instance-id ${newest.id}, within an hour of its end`,
  };
}

const unreadText = ({ console }: HostFacts): string =>
  console?.unread ? `; its console: ${console.unread}` : '';

const hostsText = (count: number): string => (count === 1 ? '1 host' : `${count} hosts`);
