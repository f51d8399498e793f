import { Dataset } from './dataset.ts';
import { type Disk, Killed } from './disk.ts';
import { type ExportHost, exportFiles } from './export.ts';
import { Options, Refused } from './options.ts';
import { type StoreHost, store } from './store.ts';

/** What the program is run on. */
export interface Host extends StoreHost, ExportHost {
  disk(uri: string): Disk;
  now(): number;
  out(line: string): void;
  err(line: string): void;
}

const common = '-u --uri --tiledb-config --log-level --log-file';

/**
 * tiledbvcf 0.40.3, in what our workload can see of it: silent success, critical lines on stdout, exit codes that say
 * little. Answers the exit code.
 */
export async function tiledbvcf(argv: readonly string[], host: Host): Promise<number> {
  const [command = '', ...args] = argv;
  try {
    return await run(command, args, host);
  } catch (error) {
    if (error instanceof Refused) {
      host.err(`${error.message}\nRun with --help for more information.`);
      return error.code;
    }
    if (error instanceof Killed) throw error;
    host.out(
      `[2026-11-28 12:00:00.000] [tiledb-vcf] [Process: 1] [Thread: 1] [critical] Exception: ${(error as Error).message}`,
    );
    return 1;
  }
}

async function run(command: string, args: readonly string[], host: Host): Promise<number> {
  if (command === 'version' || command === '--version') {
    host.out('TileDB-VCF version 0.40.3-stand-in');
    return 0;
  }
  const open = (options: Options): Dataset =>
    new Dataset(host.disk(options.get('-u') ?? options.needed('--uri')), host.now);
  if (command === 'create') {
    const options = new Options(
      args,
      `${common} -a -v`,
      '-n --disable-allele-count --disable-variant-stats --disable-sample-stats',
    );
    const statistics = !options.flags.has('--disable-variant-stats');
    const asked = (options.get('-a') ?? '').split(',').filter(name => name !== '');
    const wrong = asked.find(name => !/^(info|fmt)_/.test(name));
    if (wrong) throw new Error(`Invalid attribute name '${wrong}'`);
    // The tool's test is for "some other name".
    const made = statistics && !asked.some(name => name !== 'fmt_GT') ? [...asked, 'fmt_GT'] : asked;
    await open(options).create(made, statistics);
    return 0;
  }
  if (command === 'stat') {
    const dataset = open(new Options(args, common, ''));
    const { attributes } = await dataset.open();
    const count = (await dataset.list()).length.toLocaleString('en-US');
    for (const line of [
      'Statistics for dataset:',
      '- Version: 4',
      '- Tile capacity: 10,000',
      '- Anchor gap: 1,000',
      `- Number of samples: ${count}`,
      `- Extracted attributes: ${attributes.join(', ') || 'none'}`,
    ])
      host.out(line);
    return 0;
  }
  if (command === 'list') {
    const dataset = open(new Options(args, common, ''));
    await dataset.open();
    for (const name of await dataset.list()) host.out(name);
    return 0;
  }
  if (command === 'delete') {
    const options = new Options(args, `${common} -s`, '--skip-aggregate-stats');
    const dataset = open(options);
    await dataset.open();
    const names = (options.get('-s') ?? '').split(',').filter(name => name !== '');
    for (const name of names) {
      // It aborts at a name that it does not know, with those before it gone.
      if (!(await dataset.list()).includes(name)) return 134;
      await dataset.delete(name);
    }
    return 0;
  }
  if (command === 'store')
    return store(
      new Options(args, `${common} -f -t -m -M -e -p -d -s`, '--resume --remove-sample-file --stats'),
      open,
      host,
    );
  if (command === 'export')
    return exportFiles(
      new Options(
        args,
        `${common} -O -o -t -d -s -f -r -R -b --sample-partition --upload-dir`,
        '-c -m --disable-check-samples --sorted',
      ),
      open,
      host,
    );
  if (command === 'utils') {
    const [verb = '', what = '', ...rest] = args;
    if (!/^(consolidate|vacuum)$/.test(verb) || !/^(commits|fragments|fragment_meta)$/.test(what))
      throw new Refused(106, 'A subcommand is required');
    const dataset = open(new Options(rest, common, ''));
    if (verb === 'consolidate') await dataset.consolidate(what);
    return 0;
  }
  if (command === 'register') throw new Error('Only v2 and v3 datasets require registration.');
  throw new Refused(109, `The following argument was not expected: ${command}`);
}
