import { randomBytes } from 'node:crypto';
import { type InstanceType, instanceType, usableMemoryMiB } from '../../spec/instance-types.ts';
import type { Clock } from '../clock.ts';
import type { ComputeEnvironment, TwinResources } from '../template/read-template.ts';
import type { JobSpec } from './types.ts';

/** A simulated EC2 instance that children are placed on. */
export interface Host {
  /** `i-` and 17 hexadecimal digits. */
  readonly instance: string;
  readonly containerInstance: string;
  readonly environment: ComputeEnvironment;
  readonly type: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Milliseconds since 1970: when it was launched, and when the last attempt left it. */
  readonly launchedAt: number;
  leftAt: number;
  /** What its attempts asked for, over time: vCPUs × ms, up to `countedAt`. */
  vcpuMs: number;
  countedAt: number;
  usedVcpus: number;
  placed: number;
  attempts: number;
  freeVcpus: number;
  freeMemoryMiB: number;
}

/** A host as a bill would know it. Times in ms since 1970; one that is in use is used until now. */
export interface HostUse {
  readonly instance: string;
  readonly environment: string;
  /** `unknown` where the environment's types are not known to us. */
  readonly type: string;
  readonly isSpot: boolean;
  readonly vcpus: number;
  readonly from: number;
  readonly to: number;
  /** How many attempts it ran, and what they asked for, over time: vCPUs × ms. */
  readonly attempts: number;
  readonly vcpuMs: number;
}

/** The hosts of every compute environment: launched when a child fits on none, gone when another needs their vCPUs. */
export class Fleet {
  private readonly resources: TwinResources;
  private readonly clock: Clock;
  private readonly hosts = new Map<ComputeEnvironment, Host[]>();
  private readonly launched: Host[] = [];

  constructor(resources: TwinResources, clock: Clock) {
    this.resources = resources;
    this.clock = clock;
  }

  /** Every host that there was, in the order in which they were launched. */
  uses(): readonly HostUse[] {
    return this.launched.map(host => ({
      attempts: host.placed,
      vcpuMs: this.count(host, 0),
      instance: host.instance,
      environment: host.environment.name,
      type: host.type,
      isSpot: host.environment.isSpot === true,
      vcpus: host.vcpus,
      from: host.launchedAt,
      to: host.attempts > 0 ? this.clock.now() : host.leftAt,
    }));
  }

  /**
   * Places one attempt: the queue's environments in their order, a host with room, else a new one of the smallest type
   * that holds it. Undefined when every environment is at its maxvCpus.
   */
  place(spec: JobSpec): Host | undefined {
    for (const environment of environmentsOf(this.resources, spec.queue)) {
      const hosts = this.hosts.get(environment) ?? [];
      this.hosts.set(environment, hosts);
      const host = hosts.find(each => hasRoom(each, spec)) ?? this.launch(environment, hosts, spec);
      if (!host) continue;
      this.count(host, spec.vcpus);
      host.attempts++;
      host.placed++;
      host.freeVcpus -= spec.vcpus;
      host.freeMemoryMiB -= spec.memoryMiB;
      return host;
    }
    return undefined;
  }

  leave(host: Host, spec: JobSpec): void {
    this.count(host, -spec.vcpus);
    host.attempts--;
    host.leftAt = this.clock.now();
    host.freeVcpus += spec.vcpus;
    host.freeMemoryMiB += spec.memoryMiB;
  }

  /** Brings a host's account up to now, before its use changes. */
  private count(host: Host, more: number): number {
    const now = this.clock.now();
    host.vcpuMs += host.usedVcpus * (now - host.countedAt);
    host.countedAt = now;
    host.usedVcpus += more;
    return host.vcpuMs;
  }

  /** An instance has gone: nothing more is placed on it. */
  lose(host: Host): void {
    const hosts = this.hosts.get(host.environment) ?? [];
    const at = hosts.indexOf(host);
    if (at >= 0) hosts.splice(at, 1);
  }

  private launch(environment: ComputeEnvironment, hosts: Host[], spec: JobSpec): Host | undefined {
    const type = typesOf(environment)
      .filter(each => holds(each, spec))
      .sort((a, b) => a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB)[0];
    if (!type) return undefined;
    const used = (): number => hosts.reduce((sum, each) => sum + each.vcpus, 0);
    const isFull = (): boolean =>
      type.vcpus !== Number.POSITIVE_INFINITY && used() + type.vcpus > environment.maxvCpus;
    for (const idle of hosts.filter(each => each.attempts === 0)) if (isFull()) this.lose(idle);
    // Batch may go above maxvCpus by one instance (ComputeResource, maxvCpus); the first host always comes.
    if (isFull() && hosts.length > 0) return undefined;
    const host: Host = {
      instance: `i-${`0${randomBytes(8).toString('hex')}`}`,
      containerInstance: randomBytes(16).toString('hex'),
      environment,
      type: type.name,
      launchedAt: this.clock.now(),
      leftAt: this.clock.now(),
      vcpuMs: 0,
      countedAt: this.clock.now(),
      usedVcpus: 0,
      placed: 0,
      vcpus: type.vcpus,
      memoryMiB: usableMemoryMiB(type),
      attempts: 0,
      freeVcpus: type.vcpus,
      freeMemoryMiB: usableMemoryMiB(type),
    };
    hosts.push(host);
    this.launched.push(host);
    return host;
  }
}

/** Why no host of the queue's pool will ever hold one attempt: the code and the text of Batch's statusReason. */
export interface Misfit {
  readonly code: string;
  readonly statusReason: string;
}

/** Source of codes and texts: Batch user guide, job_stuck_in_runnable_misconfiguration. */
export function misfitOf(spec: JobSpec, resources: TwinResources): Misfit | undefined {
  const environments = environmentsOf(resources, spec.queue);
  if (environments.length === 0) return undefined;
  if (environments.every(each => each.maxvCpus < spec.vcpus)) return misfits.maxvCpus;
  const fits = environments.some(each => typesOf(each).some(type => holds(type, spec)));
  return fits ? undefined : misfits.requirement;
}

const misfit = (code: string, text: string): Misfit => ({ code, statusReason: `${code} - ${text}` });
const misfits = {
  maxvCpus: misfit(
    'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE',
    'CE(s) associated with the job queue cannot meet the CPU requirement of the job.',
  ),
  requirement: misfit(
    'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
    'The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.',
  ),
};

/** The queue's environments that may take jobs, in their order. */
function environmentsOf({ queues, computeEnvironments }: TwinResources, name: string): ComputeEnvironment[] {
  const order = queues.find(queue => queue.name === name)?.computeEnvironments ?? [];
  return order.flatMap(
    arn => computeEnvironments.find(each => each.arn === arn && each.state === 'ENABLED') ?? [],
  );
}

/** An environment whose types are not known to us holds everything. */
function typesOf(environment: ComputeEnvironment): readonly InstanceType[] {
  const known = sizes.get(environment) ?? sizesOf(environment);
  sizes.set(environment, known);
  return known;
}

const sizes = new WeakMap<ComputeEnvironment, readonly InstanceType[]>();

function sizesOf(environment: ComputeEnvironment): readonly InstanceType[] {
  const types = environment.instanceTypes.flatMap(name => instanceType(name) ?? []);
  return types.length > 0 && types.length === environment.instanceTypes.length ? types : [unknownType];
}

const unknownType: InstanceType = {
  name: 'unknown',
  architecture: 'x86_64',
  vcpus: Number.POSITIVE_INFINITY,
  memoryMiB: Number.POSITIVE_INFINITY,
};

const holds = (type: InstanceType, spec: JobSpec): boolean =>
  type.vcpus >= spec.vcpus && usableMemoryMiB(type) >= spec.memoryMiB;
const hasRoom = (host: Host, spec: JobSpec): boolean =>
  host.freeVcpus >= spec.vcpus && host.freeMemoryMiB >= spec.memoryMiB;
