import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { workloads } from '../../jobs/index.ts';
import { runCli } from '../../lib/cli/main.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `lab` in this process, for a lab in a new temporary folder, with a twin there. `environment` beside PATH, where it is wanted. */
export function labOf(name: string, config: object, environment: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), `${name}-`));
  const configFile = join(root, 'lab.config.json');
  writeFileSync(configFile, JSON.stringify(config));
  const twinFolder = join(root, 'twin');
  const stopping = new AbortController();
  let runs = 0;
  let last = '';
  async function lab(...argv: readonly string[]): Promise<Said> {
    let out = '';
    let err = '';
    const code = await runCli(argv, {
      projectRoot: resolve(import.meta.dirname, '../..'),
      twinFolder,
      cwd: root,
      configFile,
      environment,
      io: { out: { write: text => (out += text) }, err: { write: text => (err += text) } },
      stdin: Readable.from([]),
      signal: stopping.signal,
      workloads,
      now: () => new Date(),
      seed: () => String(++runs).padStart(6, '0'),
    });
    last = `$ lab ${argv.join(' ')}\n${out}${err}`;
    return { code, out, err };
  }
  return {
    root,
    /** The twin's own folder: its buckets are folders in `s3`. */
    state: join(twinFolder, 'state'),
    lab,
    /** Ends what `lab` still does, a twin that it serves for one. */
    stop: () => stopping.abort(),
    /** Says how a check went, and what `lab` said last where it failed: the process then exits with 1. */
    async check(title: string, work: () => Promise<unknown>): Promise<void> {
      try {
        console.log(`ok      ${title}${(await work()) ?? ''}`);
      } catch (error) {
        console.log(`FAILED  ${title}\n${(error as Error).stack}\n${last.slice(-6000)}`);
        process.exitCode = 1;
      }
    },
  };
}
