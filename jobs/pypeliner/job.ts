import { outputsPrefix, payloadPrefix, type RunRef } from '../../lib/contract/run/keys.ts';

/** Where a job finds the storage of its workflow. */
export const storageSocketEnv = 'ARRAYLAB_STORAGE_SOCKET';

/** What a job leaves below its outputs. */
export const resultNames = { after: 'after', log: 'log' } as const;

/** A job as its queue and its container know it: labels of an item. */
export interface JobLabels {
  /** pypeliner's name of it: `/sample:1/align`. */
  readonly job: string;
  /** Equal for equal work: what a new head finds under way again. */
  readonly fingerprint: string;
  /** Keys in the output bucket: the object with the pickle, the workflow's own modules as a zip, and below which its files are. */
  readonly payload: string;
  /** Which bytes of the object the pickle is, `from-to` with `to` behind the last, and their SHA-256 in hex. */
  readonly range: string;
  readonly sha256: string;
  readonly code?: string;
  readonly files: string;
}

/** Throws where one is missing: a job that was not sent by our queue. */
export function jobLabels(labels: Readonly<Record<string, string>>): JobLabels {
  for (const name of ['job', 'fingerprint', 'payload', 'range', 'sha256', 'files'])
    if (!labels[name]) throw new Error(`the job has no label ${name}: it was not sent by lab queue serve`);
  return labels as unknown as JobLabels;
}

const workflow = (runId: string): RunRef => ({ workload: 'pypeliner', runId });

/** Below which the files of a run's workflow are: where jobs may write, and no job's own outputs are. */
export const filesPrefix = (runId: string): string => outputsPrefix(workflow(runId), 'files');
/** A zip of modules, by its name. */
export const codeKey = (runId: string, name: string): string =>
  `${payloadPrefix(workflow(runId), 'code')}${name}`;
/** The pickles of jobs that were sent together, by the first of them. */
export const payloadKey = (run: RunRef, item: string): string => `${payloadPrefix(run, item)}before`;
