import type { Region } from '../../../jobs/vcf/bed.ts';
import type { Format } from '../header-only.ts';
import type { Tool } from '../tool.ts';

export interface ExportWorld {
  readonly tool: Tool;
  readonly regions: readonly Region[];
  readonly format: Format;
  /** INFO and FORMAT fields to keep, `info_X` and `fmt_X`; none for all. Columns of a table. */
  readonly attributes: readonly string[];
  readonly memoryMiB: number;
  /** Samples that are on disk at once. */
  readonly batch: number;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Runs bcftools; answers its exit code. */
  bcftools(args: readonly string[], cwd: string): Promise<number>;
  /** What an earlier attempt has delivered of a sample, or undefined. */
  before(sample: string): Promise<Delivered | undefined>;
  /** Uploads a file and its index, verified, and remembers it. */
  deliver(sample: string, paths: readonly string[], records: number): Promise<Delivered>;
  log(line: string): void;
}

export interface Delivered {
  readonly records: number;
  readonly outputs: readonly { readonly key: string; readonly bytes: number; readonly sha256?: string }[];
}

export type ExportedSample =
  | { readonly name: string; readonly is: 'done'; readonly delivered: Delivered }
  | { readonly name: string; readonly is: 'failed'; readonly reason: string }
  | { readonly name: string; readonly is: 'open' };
