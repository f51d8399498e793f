/** What is measured of 0.40.3 (docs/vcf.md): fragments of one batch, with and without the three arrays of statistics. */
const fragmentsOfBatch = { plain: 6, statistics: 14 };

/** Bytes of a dataset to those of its BCFs. */
export const growth = 1.35;

/** BCF that a vCPU stores in a second, in bytes; 12 files of 0.6 MB: real files differ by two or three times either way. */
const storedBytesPerSecond = 620_000;

/** i4i in us-east-1, on demand, USD an hour and vCPU. */
const hourOfVcpu = 0.086;

export interface IngestChoice {
  readonly samples: number;
  readonly jobs: number;
  /** Samples that the tool writes at once: its -e. */
  readonly batch: number;
  readonly bytes: readonly number[];
  readonly vcpus: number;
  readonly statistics: boolean;
}

export interface IngestEstimate {
  /** Calls of the tool's writer: what fragments follow. */
  readonly batches: number;
  readonly fragments: number;
  /** Two batches of the largest files are on a job's disk at once. */
  readonly scratchBytes: number;
  /** Of the longest job, in hours. */
  readonly hours: number;
  /** USD, of all jobs. */
  readonly money: number;
}

/** What a way to cut samples into jobs costs. Fragments follow the number of batches, not that of jobs. */
export function estimate({ samples, jobs, batch, bytes, vcpus, statistics }: IngestChoice): IngestEstimate {
  const longest = Math.ceil(samples / Math.max(1, jobs));
  const whole = Math.floor(samples / longest);
  const rest = samples % longest;
  const batches = whole * Math.ceil(longest / batch) + Math.ceil(rest / batch);
  const largest = bytes.toSorted((a, b) => b - a).slice(0, 2 * Math.min(batch, longest));
  const total = bytes.reduce((sum, each) => sum + each, 0);
  const hours = (each: number): number => each / (storedBytesPerSecond * vcpus) / 3600;
  return {
    batches,
    fragments: batches * (statistics ? fragmentsOfBatch.statistics : fragmentsOfBatch.plain),
    scratchBytes: largest.reduce((sum, each) => sum + each, 0),
    hours: hours(largest.length > 0 ? (total / Math.max(1, samples)) * longest : 0),
    money: hours(total) * vcpus * hourOfVcpu,
  };
}
