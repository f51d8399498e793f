import { howToolEnded } from '../../lib/contract/workload/exit-codes.ts';
/** What a call of `tiledbvcf` ended with. */
export interface Called {
  readonly exitCode: number;
  /** Its stdout, where it was asked for; else empty. */
  readonly out: readonly string[];
  /** The last lines it said, critical ones come on stdout. */
  readonly tail: readonly string[];
}

/** Runs `tiledbvcf` in a folder; `capture` keeps its stdout from the log and answers it. Never throws for a tool that fails. */
export type Call = (
  args: readonly string[],
  options: { readonly cwd: string; readonly capture?: boolean },
) => Promise<Called>;

export interface StoreSizes {
  readonly threads: number;
  readonly memoryMiB: number;
  readonly batch: number;
  /** Samples that are counted at once. */
  readonly counts: number;
}

/** A call that did not do what it was for: its message is the tool's own last words. */
export class ToolError extends Error {
  readonly exitCode: number;
  constructor(what: string, { exitCode, tail }: Called) {
    const said = tail.findLast(line => /critical|error|exception/i.test(line)) ?? tail.at(-1);
    super(`${what} ${howToolEnded(exitCode)}${said ? `: ${plain(said)}` : ''}`);
    this.name = 'ToolError';
    this.exitCode = exitCode;
  }

  /** By SIGTERM or SIGKILL: by the kernel, or as a host goes. */
  get wasKilled(): boolean {
    return this.exitCode === 137 || this.exitCode === 143;
  }
}

/** Without the time, process and thread that its logger puts before a line. */
const plain = (line: string): string => line.replace(/^(\[[^\]]*\]\s*)+/, '').trim();

export interface Stat {
  readonly format: string;
  readonly attributes: readonly string[];
}

/**
 * The commands of TileDB-VCF 0.40.3 that we use on one dataset, as docs/vcf.md has them. Exit codes are believed where they
 * say that something failed, never where they say that it was done.
 */
export class Tool {
  private readonly call: Call;
  readonly uri: string;
  private readonly cwd: string;
  private readonly config: readonly string[];

  /** `cwd` is a folder of the attempt's own: the tool drops indexes into it. `config` is what --tiledb-config gets. */
  constructor(call: Call, uri: string, cwd: string, config: readonly string[] = []) {
    this.call = call;
    this.uri = uri;
    this.cwd = cwd;
    this.config = config.length > 0 ? ['--tiledb-config', config.join(',')] : [];
  }

  async version(): Promise<string> {
    const { out } = await this.call(['version'], { cwd: this.cwd, capture: true });
    return out.join(' ').trim();
  }

  /** Whether the dataset opens, or the tool's words. */
  async stat(): Promise<Stat | { readonly refused: string }> {
    const called = await this.ask('stat');
    const value = (name: string): string | undefined =>
      called.out.map(line => new RegExp(`^- ${name}:\\s*(.*)$`).exec(line)?.[1]).find(each => each);
    const format = value('Version');
    if (called.exitCode !== 0 || format === undefined)
      return { refused: new ToolError('tiledbvcf stat', called).message };
    const attributes = (value('Extracted attributes') ?? 'none').split(/,\s*/);
    return { format, attributes: attributes.filter(name => name !== 'none') };
  }

  /** Answers what it said where it failed; whether there is a dataset, `stat` says. */
  async create(attributes: readonly string[], statistics: boolean): Promise<ToolError | undefined> {
    const off = ['--disable-allele-count', '--disable-variant-stats', '--disable-sample-stats'];
    const args = ['-a', attributes.join(','), ...(statistics ? [] : off), ...this.log];
    const called = await this.run('create', args);
    return called.exitCode === 0 ? undefined : new ToolError('tiledbvcf create', called);
  }

  /** Names, in the tool's order by bytes. Throws where the dataset cannot be read: its words would pass for a name. */
  async list(): Promise<readonly string[]> {
    const called = await this.ask('list');
    refuse('tiledbvcf list', called);
    return called.out.filter(line => line !== '');
  }

  /** Records of one sample, in all of it or in regions. The name has to be listed: the tool does not check. */
  async count(sample: string, bed?: string): Promise<number> {
    return this.counted('-s', sample, ...(bed ? ['-R', bed] : []));
  }

  /** Records of all names of a file together. Never an empty file: that is everybody. */
  async countTogether(namesFile: string): Promise<number> {
    return this.counted('-f', namesFile);
  }

  private async counted(...args: string[]): Promise<number> {
    const what = `tiledbvcf export -c ${args.join(' ')}`;
    const called = await this.ask('export', '-c', ...args);
    refuse(what, called);
    const numbers = called.out.filter(line => /^\d+$/.test(line.trim()));
    if (numbers.length !== 1) throw new ToolError(`${what} printed no number and`, called);
    return Number(numbers[0]);
  }

  /** One name a call: with several it can abort half-way. */
  async delete(sample: string): Promise<void> {
    refuse(`tiledbvcf delete -s ${sample}`, await this.run('delete', ['-s', sample, ...this.log]));
  }

  /** Files by their local paths, each with its index beside it. Never its own --resume, scratch or download. */
  async store(listFile: string, { threads, memoryMiB, batch }: StoreSizes): Promise<Called> {
    return this.run('store', [
      '-t',
      String(threads),
      '-m',
      String(memoryMiB),
      '-e',
      String(batch),
      ...this.log,
      '-f',
      listFile,
    ]);
  }

  /** Never `vacuum`: a tool has no right to delete (task-vacuum.ts). */
  async consolidate(what: 'commits' | 'fragment_meta'): Promise<void> {
    const args = ['utils', 'consolidate', what, '-u', this.uri, ...this.config, ...this.log];
    refuse(`tiledbvcf utils consolidate ${what}`, await this.call(args, { cwd: this.cwd }));
  }

  /** Files of all names of a list into a folder that is there, or one merged file. */
  async export(args: readonly string[], cwd: string): Promise<Called> {
    return this.call(['export', '-u', this.uri, ...this.config, ...this.log, ...args], { cwd });
  }

  private readonly log: readonly string[] = ['--log-level', 'info'];

  private ask(command: string, ...args: string[]): Promise<Called> {
    return this.call([command, '-u', this.uri, ...this.config, ...args], { cwd: this.cwd, capture: true });
  }

  private run(command: string, args: readonly string[]): Promise<Called> {
    return this.call([command, '-u', this.uri, ...this.config, ...args], { cwd: this.cwd });
  }
}

function refuse(what: string, called: Called): void {
  if (called.exitCode !== 0) throw new ToolError(what, called);
}
