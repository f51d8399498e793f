import type {
  BatchPort,
  JobDetail,
  JobStatus,
  JobSubmission,
  Store,
} from '../../lib/contract/ports/ports.ts';
import { claimArray } from '../../lib/contract/run/claim.ts';
import { doneKey, parseRunUri } from '../../lib/contract/run/keys.ts';

interface SimulatedJob {
  readonly id: string;
  readonly job: JobSubmission;
  status: JobStatus;
  /** ListJobs shows it from this look on: Batch lists late. */
  readonly visibleFrom: number;
}

/**
 * Batch as far as a submission sees it, with its traps: no idempotency token, jobs that are listed late, answers that
 * are lost. `runAll` lets every job that is there do its work as a container would: claim first.
 */
export class SimulatedBatch implements BatchPort {
  readonly jobs: SimulatedJob[] = [];
  /** How often each shard was worked on. */
  readonly worked = new Map<string, number>();
  private looks = 0;
  private readonly before: (call: string) => void;
  private readonly lag: () => number;

  constructor(before: (call: string) => void, lag: () => number = () => 0) {
    this.before = before;
    this.lag = lag;
  }

  async submit(job: JobSubmission): Promise<{ jobId: string }> {
    this.before('submit');
    const id = `job-${this.jobs.length}`;
    this.jobs.push({ id, job, status: 'RUNNABLE', visibleFrom: this.looks + this.lag() });
    this.before('answer of submit');
    return { jobId: id };
  }

  async findByName(queue: string, name: string): Promise<JobDetail[]> {
    this.before('list');
    this.looks++;
    return this.jobs
      .filter(
        each => each.visibleFrom < this.looks && each.job.jobQueue === queue && each.job.jobName === name,
      )
      .map(detail)
      .reverse();
  }

  async describe(ids: readonly string[]): Promise<JobDetail[]> {
    this.before('describe');
    return this.jobs.filter(each => ids.includes(each.id)).map(detail);
  }

  children: BatchPort['children'] = async function* () {};

  async terminate(id: string): Promise<void> {
    this.before('terminate');
    const job = this.jobs.find(each => each.id === id);
    if (job && job.status === 'RUNNABLE') job.status = 'FAILED';
  }

  async cancel(id: string): Promise<void> {
    return this.terminate(id);
  }

  async createConsumableResource(): Promise<void> {
    this.before('create');
  }

  async deleteConsumableResource(): Promise<void> {
    this.before('delete');
  }

  /** Every job that waits runs now; `succeeds` decides per shard whether it is done. */
  async runAll(store: Store, succeeds: (shard: string) => boolean): Promise<void> {
    for (const each of this.jobs.filter(job => job.status === 'RUNNABLE')) {
      const { environment, arraySize } = each.job;
      const run = parseRunUri(environment.LAB_RUN!);
      const round = Number(environment.LAB_ROUND);
      const step = environment.LAB_STEP!;
      let failed = false;
      for (let index = 0; index < (arraySize ?? 1); index++) {
        if (
          (await claimArray(store, run, { round, step, array: Number(environment.LAB_ARRAY) }, each.id)) !==
          each.id
        )
          continue;
        const shard = Number(environment.LAB_SHARD_OFFSET) + index;
        const name = `${round}/${step}/${shard}`;
        this.worked.set(name, (this.worked.get(name) ?? 0) + 1);
        if (succeeds(name))
          await store.put(doneKey(run, { round, step, shard }), '{"items":[]}', { ifNoneMatch: true });
        else failed = true;
      }
      each.status = failed ? 'FAILED' : 'SUCCEEDED';
    }
  }
}

const detail = ({ id, job, status }: SimulatedJob): JobDetail => ({
  jobId: id,
  jobName: job.jobName,
  status,
  createdAt: Number(id.slice(4)),
  attempts: [],
});
