import { createHash, randomBytes } from 'node:crypto';
import { holds } from '../../contract/hosts/fitting.ts';
import { type InstanceType, instanceType, usableMemoryMiB } from '../../contract/hosts/instance-types.ts';
import type { Clock } from '../clock.ts';
import type { ComputeEnvironment, TwinStack } from '../template/twin-stack.ts';
import type { BatchPace } from './pace.ts';
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
  /** Milliseconds since 1970: when it was launched, when it had booted, when the last attempt left it, when it went. */
  readonly launchedAt: number;
  readonly bootedAt: number;
  leftAt: number;
  goneAt?: number;
  /** It has a spot notice. */
  isDraining?: true;
  /** It is a node of a multi-node parallel job, which share their hosts with nobody. */
  isNode?: true;
  /** What its attempts asked for, over time: vCPUs × ms, up to `countedAt`. */
  vcpuMs: number;
  countedAt: number;
  usedVcpus: number;
  placed: number;
  attempts: number;
  freeVcpus: number;
  freeMemoryMiB: number;
}

/** A host as a bill would know it. Times in ms since 1970; one that is in use is there until now. */
export interface HostUse {
  readonly instance: string;
  readonly environment: string;
  /** `unknown` where the environment's types are not known to us. */
  readonly type: string;
  readonly isSpot: boolean;
  readonly vcpus: number;
  readonly from: number;
  readonly to: number;
  /** When the last attempt left it. */
  readonly usedUntil: number;
  /** How many attempts it ran, and what they asked for, over time: vCPUs × ms. */
  readonly attempts: number;
  readonly vcpuMs: number;
}

export interface FleetOptions {
  readonly resources: TwinStack;
  readonly clock: Clock;
  readonly pace: Pick<BatchPace, 'hostBootMs' | 'hostIdleMs'>;
  /** Of the names of hosts; random when left out. */
  readonly seed?: number;
}

/** The hosts of every compute environment: launched when a child fits on none, gone when idle or when another needs their vCPUs. */
export class Fleet {
  private readonly resources: TwinStack;
  private readonly clock: Clock;
  private readonly pace: FleetOptions['pace'];
  private readonly seed: number | undefined;
  private readonly hosts = new Map<ComputeEnvironment, Host[]>();
  private readonly launched: Host[] = [];

  constructor({ resources, clock, pace, seed }: FleetOptions) {
    this.resources = resources;
    this.clock = clock;
    this.pace = pace;
    this.seed = seed;
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
      to: host.goneAt ?? (host.attempts > 0 ? this.clock.now() : host.leftAt + this.pace.hostIdleMs),
      usedUntil: host.attempts > 0 ? this.clock.now() : host.leftAt,
    }));
  }

  /**
   * Places one attempt: the queue's environments in their order, a host with room, else a new one of the smallest type
   * that holds it. Undefined when every environment is at its maxvCpus.
   */
  place(spec: JobSpec): Host | undefined {
    return this.placeOn(spec, hasRoom);
  }

  /** A host of its own for each node of a job; undefined, and nothing placed, where they are not all to be had. */
  placeNodes(spec: JobSpec): readonly Host[] | undefined {
    const hosts: Host[] = [];
    for (let index = 0; index < spec.nodes!; index++) {
      const host = this.placeOn(spec, each => each.attempts === 0 && hasRoom(each, spec));
      if (!host) {
        for (const each of hosts) this.leave(each, spec);
        return undefined;
      }
      host.isNode = true;
      hosts.push(host);
    }
    return hosts;
  }

  private placeOn(spec: JobSpec, fits: (host: Host, spec: JobSpec) => boolean): Host | undefined {
    for (const environment of environmentsOf(this.resources, spec.queue)) {
      const hosts = this.hosts.get(environment) ?? [];
      this.hosts.set(environment, hosts);
      this.scaleDown(hosts);
      const host = hosts.find(each => fits(each, spec)) ?? this.launch(environment, hosts, spec);
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
    delete host.isNode;
    host.leftAt = this.clock.now();
    host.freeVcpus += spec.vcpus;
    host.freeMemoryMiB += spec.memoryMiB;
  }

  /** Brings a host's account up to now, before its use changes. */
  private count(host: Host, more: number): number {
    const now = this.clock.now();
    host.vcpuMs += host.usedVcpus * Math.max(0, now - host.countedAt);
    host.countedAt = Math.max(now, host.countedAt);
    host.usedVcpus += more;
    return host.vcpuMs;
  }

  /** An instance has gone: nothing more is placed on it. */
  lose(host: Host, goneAt = this.clock.now()): void {
    const hosts = this.hosts.get(host.environment) ?? [];
    const at = hosts.indexOf(host);
    if (at >= 0) hosts.splice(at, 1);
    host.goneAt ??= goneAt;
  }

  /** Lets go of what has been idle for as long as a host is kept. */
  private scaleDown(hosts: readonly Host[]): void {
    const { hostIdleMs } = this.pace;
    if (hostIdleMs === 0) return;
    const before = this.clock.now() - hostIdleMs;
    for (const idle of hosts.filter(each => each.attempts === 0 && each.leftAt <= before))
      this.lose(idle, idle.leftAt + hostIdleMs);
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
    const now = this.clock.now();
    const bootedAt = now + this.pace.hostBootMs;
    const host: Host = {
      instance: this.newName(),
      containerInstance: randomBytes(16).toString('hex'),
      environment,
      type: type.name,
      launchedAt: now,
      bootedAt,
      leftAt: now,
      vcpuMs: 0,
      countedAt: bootedAt,
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

  private newName(): string {
    const { seed } = this;
    const digits =
      seed === undefined
        ? randomBytes(8).toString('hex')
        : createHash('sha256').update(`${seed} ${this.launched.length}`).digest('hex').slice(0, 16);
    return `i-0${digits}`;
  }
}

/** Why no host of the queue's pool will ever hold one attempt: the code and the text of Batch's statusReason. */
export interface Misfit {
  readonly code: string;
  readonly statusReason: string;
}

/** Source of codes and texts: Batch user guide, job_stuck_in_runnable_misconfiguration. */
export function misfitOf(spec: JobSpec, resources: TwinStack): Misfit | undefined {
  const environments = environmentsOf(resources, spec.queue);
  if (environments.length === 0) return undefined;
  if (environments.every(each => each.maxvCpus < spec.vcpus)) return misfits.maxvCpus;
  const fitting = environments.flatMap(each =>
    typesOf(each)
      .filter(type => holds(type, spec))
      .map(type => ({ type, most: each.maxvCpus })),
  );
  if (fitting.length === 0) return misfits.requirement;
  const { nodes = 1 } = spec;
  // All nodes of a job have their hosts at the same time.
  const isFew = fitting.every(
    ({ type, most }) => type.vcpus !== Number.POSITIVE_INFINITY && nodes * type.vcpus > most,
  );
  return nodes > 1 && isFew ? misfits.maxvCpus : undefined;
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
function environmentsOf({ queues, computeEnvironments }: TwinStack, name: string): ComputeEnvironment[] {
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

export const unknownTypeName = 'unknown';
const unknownType: InstanceType = {
  name: unknownTypeName,
  architecture: 'x86_64',
  vcpus: Number.POSITIVE_INFINITY,
  memoryMiB: Number.POSITIVE_INFINITY,
};

const hasRoom = (host: Host, spec: JobSpec): boolean =>
  !host.isDraining && !host.isNode && host.freeVcpus >= spec.vcpus && host.freeMemoryMiB >= spec.memoryMiB;
