import type { Fleet, Host } from './fleet.ts';
import { keepTask, newJob, taskOf } from './job.ts';
import type { Job, JobSpec } from './types.ts';

/** How many hosts an attempt takes: a child node's is one of its job's. */
export const hostsOf = (spec: Pick<JobSpec, 'nodes' | 'nodeOf'>): number =>
  spec.nodeOf ? 0 : (spec.nodes ?? 1);

/** `id#0` is the main node, and what is known of it the job's own. */
export const nodeId = (jobId: string, index: number): string => `${jobId}#${index}`;

export interface NodesOptions {
  readonly jobs: Map<string, Job>;
  readonly fleet: Fleet;
  /** Notes that a node is there, so that it outlives this process. */
  readonly note: (spec: JobSpec) => void;
  /** Whether a container of it is there or on its way. */
  readonly isLive: (node: Job) => boolean;
  readonly start: (node: Job, host: Host) => void;
  readonly stop: (node: Job) => void;
}

/**
 * The child nodes of multi-node parallel jobs. They come up when the main node runs, each on a host of its own, and are
 * stopped when it has ended; what becomes of one of them changes nothing for the others. Each is kept as a job beside the
 * main one. Source: Batch user guide, multi-node-parallel-jobs and job-lifecycle of MNP jobs.
 */
export class Nodes {
  private readonly options: NodesOptions;
  /** Hosts of the child nodes of attempts whose main node is not running yet. */
  private readonly reserved = new Map<string, readonly Host[]>();

  constructor(options: NodesOptions) {
    this.options = options;
  }

  /** Hosts for all nodes of an attempt, or none. */
  place(spec: JobSpec): Host | undefined {
    const hosts = this.options.fleet.placeNodes(spec);
    if (!hosts) return undefined;
    this.reserved.set(spec.jobId, hosts.slice(1));
    return hosts[0];
  }

  /** The main node runs. */
  startOthers({ spec }: Job): void {
    if (spec.nodes === undefined || spec.nodeOf) return;
    const hosts = this.reserved.get(spec.jobId) ?? [];
    for (let index = 1; index < spec.nodes; index++) {
      const node = this.options.jobs.get(nodeId(spec.jobId, index)) ?? this.add(spec, index);
      // The last attempt's container still has its time to stop.
      if (!this.options.isLive(node)) this.startOne(node, hosts[index - 1]!);
    }
  }

  /** A node's container has gone: the attempt of the main node that waited for it has its node now. */
  gone(node: Job): void {
    const { nodeOf } = node.spec;
    const main = nodeOf && this.options.jobs.get(nodeOf.jobId);
    const host = main && this.reserved.get(nodeOf.jobId)?.[nodeOf.index - 1];
    if (host && taskOf(main, 0).status === 'RUNNING' && !this.used.has(host)) this.startOne(node, host);
  }

  /** The main node has ended. */
  stopOthers({ spec }: Job): void {
    if (spec.nodes === undefined || spec.nodeOf) return;
    for (const host of this.reserved.get(spec.jobId) ?? [])
      if (!this.used.delete(host)) this.options.fleet.leave(host, spec);
    this.reserved.delete(spec.jobId);
    for (let index = 1; index < spec.nodes; index++) {
      const node = this.options.jobs.get(nodeId(spec.jobId, index));
      if (!node || !this.options.isLive(node)) continue;
      keepTask(node, 0).stopping ??= 'The main node has ended';
      this.options.stop(node);
    }
  }

  /** Hosts that a node has been started on. */
  private readonly used = new Set<Host>();

  private startOne(node: Job, host: Host): void {
    this.used.add(host);
    const task = keepTask(node, 0);
    for (const each of [node, task]) {
      delete each.stoppedAt;
      delete each.statusReason;
    }
    delete task.stopping;
    this.options.start(node, host);
  }

  private add(spec: JobSpec, index: number): Job {
    const { timeoutSeconds: _, ...rest } = spec;
    // The whole job's time-out, attempts and dependencies are the main node's.
    const own: JobSpec = {
      ...rest,
      jobId: nodeId(spec.jobId, index),
      nodeOf: { jobId: spec.jobId, index },
      dependsOn: [],
      attempts: 1,
      evaluateOnExit: [],
      consumables: [],
    };
    const node = newJob(own);
    this.options.jobs.set(own.jobId, node);
    this.options.note(own);
    return node;
  }
}
