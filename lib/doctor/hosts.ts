import type { Account, EnvironmentState, Instance, JoinedHost } from '../contract/ports/account.ts';
import { counted } from '../contract/workload/number-text.ts';
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
  /** Of an instance that has not joined. */
  readonly console?: HostConsole;
}

export interface HostConsole {
  readonly instance: Instance;
  readonly text: string;
  /** Why it could not be read. */
  readonly unread?: string;
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
  const absent = instances
    .filter(each => !joined.some(host => host.instanceId === each.id))
    .sort((a, b) => (b.launchedAt?.getTime() ?? 0) - (a.launchedAt?.getTime() ?? 0));
  const facts = { environment, joined, instances };
  if (absent.length > 0) return { ...facts, console: await tellingConsole(account, absent) };
  const missingRole = instances.length === 0 ? await missing(account, environment) : undefined;
  return missingRole ? { ...facts, missingRole } : facts;
}

/** Consoles that are read: the newest host may have started a moment ago, in place of one that failed. */
const mostConsoles = 3;

/** The console that shows a cause, of the newest instances; the newest one's where none does. */
async function tellingConsole(account: Account, newestFirst: readonly Instance[]): Promise<HostConsole> {
  let first: HostConsole | undefined;
  for (const instance of newestFirst.slice(0, mostConsoles)) {
    const read = await readOne(account, instance);
    if (read.unread || readConsole(read.text)) return read;
    first ??= read;
  }
  return first!;
}

async function readOne(account: Account, instance: Instance): Promise<HostConsole> {
  try {
    return { instance, text: await account.console(instance.id) };
  } catch (error) {
    // The rest is worth telling without it.
    return { instance, text: '', unread: whyNot(error, { needs: ['ec2:GetConsoleOutput'] }).text };
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

/**
 * Why no host of an environment works for jobs that have waited since `since`, or undefined when hosts do, or may yet.
 * Hosts that were started before that say nothing of these jobs.
 */
export function explainHosts(facts: HostFacts, since: Date, now: Date): Told | undefined {
  const { environment, joined, instances } = facts;
  if (joined.some(host => host.connected && host.status === 'ACTIVE')) return undefined;
  const lost = joined.filter(host => /^(ACTIVE|REGISTRATION_FAILED)$/.test(host.status));
  if (lost.length > 0) return explainLost(lost);
  if (joined.length > 0) return undefined;
  const running = instances.filter(isUp);
  const gone = instances.filter(
    each => !isUp(each) && (each.launchedAt === undefined || each.launchedAt >= since),
  );
  const failed = gone.filter(each => /InstanceInitiatedShutdown/.test(each.stateReason ?? ''));
  if (failed.length > 0) return explainGone(facts, failed, 'started, never joined and stopped');
  if (running.length > 0) return explainRunning(facts, running, now);
  if (gone.length > 0) return explainGone(facts, gone, 'started and stopped');
  if (facts.missingRole)
    return {
      text: `EC2 gave no host: there is no ${facts.missingRole}`,
      fix: 'npx lab doctor, whose service roles line has the command that makes it',
    };
  if (environment.desiredvCpus === 0)
    return {
      text: 'Batch has not asked EC2 for a host',
      fix: 'wait some minutes; if it stays, cancel the job at the head of the queue and submit again',
    };
  return {
    text: `Batch asked for ${environment.desiredvCpus} vCPUs, and EC2 gave no host: a quota, or no capacity for ${environment.instanceTypes.join(', ')}`,
    fix: 'npx lab doctor, its quotas line; or more types in pools.<pool>.instanceTypes, in lab.config.ts',
  };
}

const isUp = ({ state }: Instance): boolean => /^(running|pending)$/.test(state);

function explainLost(lost: readonly JoinedHost[]): Told {
  const [{ instanceId, status, connected }] = lost as readonly [JoinedHost];
  const what =
    lost.length === 1
      ? 'the host that joined no longer answers'
      : `the ${counted(lost.length, 'host')} that joined no longer answer`;
  return {
    text: `${what} ECS (${status}${connected ? '' : ', agent not connected'})`,
    fix: `aws ec2 terminate-instances --instance-ids ${instanceId}: Batch starts another`,
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

function explainGone(facts: HostFacts, gone: readonly Instance[], how: string): Told {
  const newest = gone.find(each => each.id === facts.console?.instance.id) ?? gone[0]!;
  const cause = readConsole(facts.console?.text ?? '');
  const what = `${hostsText(gone.length)} of ${facts.environment.name} ${how}`;
  if (cause) return { text: `${what}; ${facts.console!.instance.id} says: ${cause.line}`, fix: cause.fix };
  const reason = newest.stateReason ? `: ${newest.stateReason}` : '';
  return {
    text: `${what}${reason}${unreadText(facts)}`,
    fix: `aws ec2 get-console-output --output text --instance-id ${newest.id}, within an hour of its end`,
  };
}

const unreadText = ({ console }: HostFacts): string =>
  console?.unread ? `; its console: ${console.unread}` : '';

const hostsText = (count: number): string => counted(count, 'host');
