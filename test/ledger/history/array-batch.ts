import {
  type BatchPort,
  isTerminal,
  type JobAttempt,
  type JobDetail,
  type JobStatus,
  type JobSubmission,
  type StateChanges,
} from '../../../lib/contract/ports/ports.ts';

export interface Child {
  readonly index: number;
  status: JobStatus;
  statusReason?: string;
  reason?: string;
  exitCode?: number;
  attempts: JobAttempt[];
  /** Its container has left its marks, and has not ended yet. */
  marked?: true;
}

export interface Job {
  readonly id: string;
  readonly submission: JobSubmission;
  readonly children: Child[];
  forgotten?: true;
  summary: Partial<Record<JobStatus, number>>;
}

/** Batch as a ledger sees it: arrays and their children, summaries that are late while `isLate`, jobs that it forgets. */
export class ArrayBatch implements BatchPort, Pick<StateChanges, 'failed'> {
  readonly jobs: Job[] = [];
  isLate = false;
  /** Calls of those that a ledger makes. */
  asked = 0;
  before: (call: string) => void = () => {};

  async submit(submission: JobSubmission): Promise<{ jobId: string }> {
    this.before('submit');
    const id = `job-${this.jobs.length}`;
    const children = Array.from(
      { length: submission.arraySize ?? 1 },
      (_, index): Child => ({ index, status: 'RUNNABLE', attempts: [] }),
    );
    this.jobs.push({ id, submission, children, summary: {} });
    this.told();
    this.before('answer of submit');
    return { jobId: id };
  }

  async findByName(queue: string, name: string): Promise<JobDetail[]> {
    this.before('findByName');
    this.asked++;
    return this.jobs
      .filter(job => !job.forgotten && job.submission.jobQueue === queue && job.submission.jobName === name)
      .map(job => this.#parent(job))
      .reverse();
  }

  async describe(ids: readonly string[]): Promise<JobDetail[]> {
    this.before('describe');
    this.asked++;
    return ids.flatMap(id => {
      const [parent, index] = id.split(':');
      const job = this.jobs.find(each => each.id === parent && !each.forgotten);
      if (!job) return [];
      if (index !== undefined) return [this.#child(job, job.children[Number(index)]!)];
      return [
        job.submission.arraySize === undefined ? this.#child(job, job.children[0]!) : this.#parent(job),
      ];
    });
  }

  async *children(id: string, status: JobStatus): AsyncGenerator<JobDetail> {
    this.before(`children ${status}`);
    this.asked++;
    const job = this.jobs.find(each => each.id === id && !each.forgotten);
    for (const child of job?.children ?? []) if (child.status === status) yield this.#child(job!, child);
  }

  async failed(id: string): Promise<readonly JobDetail[]> {
    this.before('failed');
    const job = this.jobs.find(each => each.id === id);
    return (job?.children ?? [])
      .filter(each => each.status === 'FAILED')
      .map(each => this.#child(job!, each));
  }

  async terminate(id: string, reason: string): Promise<void> {
    this.before('terminate');
    const job = this.jobs.find(each => each.id === id);
    for (const child of job?.children ?? [])
      if (!isTerminal(child.status)) {
        Object.assign(child, { status: 'FAILED', statusReason: reason });
        delete child.marked;
      }
    this.told();
  }

  cancel = this.terminate;
  async createConsumableResource(): Promise<void> {}
  async deleteConsumableResource(): Promise<void> {}

  /** Summaries say what is so now, unless Batch is late with them. */
  told(): void {
    if (this.isLate) return;
    for (const job of this.jobs) {
      job.summary = {};
      for (const { status } of job.children) job.summary[status] = (job.summary[status] ?? 0) + 1;
    }
  }

  /** Jobs that wait for one that has failed fail with it, as Batch has them. */
  failDependents(): void {
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (const { submission, children } of this.jobs)
        for (const child of children) {
          if (child.status !== 'RUNNABLE' || child.attempts.length > 0) continue;
          if (!submission.dependsOn.some(each => this.#hasFailed(each, child.index))) continue;
          Object.assign(child, { status: 'FAILED', statusReason: 'Dependent Job failed' });
          isChanged = true;
        }
    }
    this.told();
  }

  mayStart({ submission }: Job, index: number): boolean {
    return submission.dependsOn.every(({ jobId, type }) => {
      const { children } = this.jobs.find(job => job.id === jobId)!;
      const own = type === 'N_TO_N' ? [children[index]!] : children;
      return own.every(child => child.status === 'SUCCEEDED');
    });
  }

  #hasFailed({ jobId, type }: JobSubmission['dependsOn'][number], index: number): boolean {
    const { children } = this.jobs.find(job => job.id === jobId)!;
    const own = type === 'N_TO_N' ? [children[index]!] : children;
    return own.every(child => isTerminal(child.status)) && own.some(child => child.status === 'FAILED');
  }

  #parent(job: Job): JobDetail {
    const { id, submission, children, summary } = job;
    const isOver = children.every(child => isTerminal(child.status));
    const hasFailed = children.some(child => child.status === 'FAILED');
    return {
      jobId: id,
      jobName: submission.jobName,
      createdAt: 0,
      status: isOver ? (hasFailed ? 'FAILED' : 'SUCCEEDED') : 'PENDING',
      arraySize: children.length,
      statusSummary: { ...summary },
      attempts: [],
    };
  }

  #child(job: Job, child: Child): JobDetail {
    const { index, status, statusReason, reason, exitCode, attempts } = child;
    const isArray = job.submission.arraySize !== undefined;
    return {
      jobId: isArray ? `${job.id}:${index}` : job.id,
      jobName: job.submission.jobName,
      createdAt: 0,
      status,
      ...(isArray ? { arrayIndex: index } : {}),
      ...(statusReason === undefined ? {} : { statusReason }),
      ...(reason === undefined ? {} : { reason }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(status === 'RUNNABLE' ? {} : { logStream: `log-${job.id}-${index}-${attempts.length}` }),
      attempts: [...attempts],
    };
  }
}
