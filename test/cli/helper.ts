import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { workloads } from '../../jobs/index.ts';
import { atTwin } from '../../lib/aws/endpoint.ts';
import type { World } from '../../lib/cli/context.ts';
import { runCli } from '../../lib/cli/main.ts';
import { twinFolderOf } from '../../lib/cli/twin/folder.ts';
import { type RunningTwin, readServer } from '../../lib/cli/twin/server.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { appInProcess } from '../helpers/app-in-process.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A user at a shell: `lab` in this process, a folder of their own, a twin of their own where they start one. */
export async function user(
  config: LabConfigInput,
  environment: NodeJS.ProcessEnv = {},
  { isTerminal = false, ...machine }: Pick<World, 'holdsMemory'> & { readonly isTerminal?: boolean } = {},
) {
  const cwd = await mkdtemp(join(tmpdir(), 'lab-user-'));
  const configFile = join(cwd, 'lab.config.json');
  await writeFile(configFile, JSON.stringify(config));
  let runs = 0;
  const lab = async (
    argv: readonly string[],
    input = '',
    signal = new AbortController().signal,
    onErr: (text: string) => void = () => undefined,
  ): Promise<Ran> => {
    let out = '';
    let err = '';
    const world: World = {
      ...machine,
      projectRoot: resolve(import.meta.dirname, '../..'),
      twinFolder: join(cwd, 'twin'),
      // A lab is synthesized once a run of the tests, whoever asks first.
      templates: join(tmpdir(), 'templates'),
      runApp: appInProcess,
      cwd,
      configFile,
      environment,
      io: {
        out: { write: text => (out += text) },
        err: {
          isTTY: isTerminal,
          write: text => {
            err += text;
            onErr(text);
          },
        },
      },
      stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
      signal,
      workloads,
      now: () => new Date(),
      seed: () => String(runs++).padStart(6, '0'),
    };
    const code = await runCli(argv, world);
    return { code, out, err };
  };
  const home = twinFolderOf({
    cwd,
    environment: {},
    projectRoot: resolve(import.meta.dirname, '../..'),
    twinFolder: join(cwd, 'twin'),
    configFile,
  });
  const stopping = new AbortController();
  let serving: Promise<Ran> | undefined;
  return {
    cwd,
    lab,
    /** Brings the user's twin up and answers how to reach it. */
    async twin(): Promise<RunningTwin & { readonly s3: S3Client }> {
      serving = lab(['twin', 'serve'], '', stopping.signal);
      for (;;) {
        const server = await Promise.race([
          readServer(home),
          serving.then(ran => Promise.reject(new Error(ran.err))),
        ]);
        if (server)
          return {
            ...server,
            s3: new S3Client({
              ...atTwin,
              endpoint: server.url,
              region: server.region,
              credentials: server.keys.deployer,
              forcePathStyle: true,
            }),
          };
        await sleep(50);
      }
    },
    async leave(): Promise<void> {
      stopping.abort();
      await serving;
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
