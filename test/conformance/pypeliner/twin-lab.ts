import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RoundPlan } from '../../../lib/contract/run/run.ts';
import { jobsUnderWay } from './twin-jobs.ts';

const root = resolve(import.meta.dirname, '../../..');
/** How long a machine takes is no finding: what hangs meets the part's own limit, and says before that where. */
const patienceMs = 600_000;
const flows = join(root, 'containers/pypeliner/python/tests');

/** A lab with a twin of its own in a temporary folder; Python and our package are those of `venv`. */
export async function openLab(venv: string) {
  const folder = mkdtempSync(join(tmpdir(), 'pypeliner-twin-'));
  const twinFolder = join(folder, 'twin');
  const configFile = join(folder, 'lab.config.json');
  writeFileSync(
    configFile,
    JSON.stringify({ name: 'flows', region: 'us-east-1', workloads: { pypeliner: {} } }),
  );
  const environment = {
    PATH: `${join(venv, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    LAB_TOOLS: join(venv, 'bin'),
    LAB_TWIN_FOLDER: twinFolder,
    LAB_CONFIG: configFile,
    PYTHONDONTWRITEBYTECODE: '1',
    ARRAYLAB_QUEUE_COMMAND: `${process.execPath} ${join(import.meta.dirname, 'lab.ts')} queue serve --local`,
  };
  let said = '';
  const server = spawn(process.execPath, [join(import.meta.dirname, 'lab.ts'), 'twin', 'serve'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', text => {
      said += text;
    });
  for (let tries = 0; !existsSync(join(twinFolder, 'server.json')); tries++) {
    if (tries > patienceMs / 100 || server.exitCode !== null) throw new Error(`the twin is not up: ${said}`);
    await sleep(100);
  }
  const heads: ReturnType<typeof headOf>[] = [];
  const bucket = join(twinFolder, 'state/s3');

  return {
    /** What the twin and the heads have said, without what a member may not delete. */
    said: () =>
      [
        said.replace(/^the twin: refused: user\/members s3:DeleteObject .*\n/gm, ''),
        ...heads.map(each => each.saidSoFar()),
      ].join('\n--- head\n'),
    /** Ends what a check that failed has left: the next one wants the twin's processors. */
    letGo: (): void => {
      for (const { process: head } of heads) head.kill('SIGINT');
      for (const name of readdirSync(folder)) {
        const marks = join(folder, name, 'marks');
        if (!existsSync(marks)) continue;
        for (const each of readdirSync(marks)) if (each.startsWith('hold-')) rmSync(join(marks, each));
      }
    },
    close: async (): Promise<void> => {
      server.kill('SIGTERM');
      await new Promise(done => server.once('exit', done));
      rmSync(folder, { recursive: true, force: true });
    },
    /** A workflow's folder, as its head has it. */
    flow(name: string, input = '1 2 3\n4 5 6\n7 8 9\n') {
      const here = join(folder, name);
      const path = (of: string): string => join(here, of);
      const marks = path('marks');
      const clear = (): void => {
        for (const each of ['out.txt', 't', 'marks']) rmSync(path(each), { recursive: true, force: true });
        mkdirSync(marks, { recursive: true });
      };
      if (!existsSync(here)) {
        clear();
        writeFileSync(path('in.txt'), input);
      }
      const start = (options: StartOptions = {}, ...more: readonly string[]) => {
        const submit = options.submit ?? 'arraylab_pypeliner.Queue';
        const storage = options.storage ?? 'arraylab_pypeliner.Storage';
        const command = options.script
          ? [options.script, submit, storage]
          : [
              ...[join(flows, 'wf.py'), 'in.txt', 'out.txt', '--tmpdir', 't', '--maxjobs', '8'],
              ...['--submit', submit, '--storage', storage, '--marks', marks, ...more],
            ];
        const head = headOf(
          spawn(join(venv, 'bin/python'), command, {
            cwd: here,
            env: { ...environment, PYTHONPATH: flows },
            stdio: ['ignore', 'pipe', 'pipe'],
          }),
        );
        heads.push(head);
        return head;
      };
      const runId = (): string => JSON.parse(readFileSync(path('t/arraylab-run.json'), 'utf8')).run as string;
      const runFolder = (): string => {
        const output = readdirSync(bucket).find(each => existsSync(join(bucket, each, 'runs/pypeliner')));
        return join(bucket, output ?? 'none', 'runs/pypeliner', runId());
      };
      return {
        path,
        clear,
        start,
        run: (...given: Parameters<typeof start>) => start(...given).ended,
        /** What pypeliner has logged in its newest run. */
        log: (): string => {
          const [newest = ''] = readdirSync(path('t/log')).toSorted().reverse();
          const file = path(`t/log/${newest}/pipeline.log`);
          return existsSync(file) ? readFileSync(file, 'utf8') : '';
        },
        localOutput: () => readFileSync(path('out.txt'), 'utf8'),
        output: async () => readFileSync(join(runFolder(), 'outputs/files/out.txt'), 'utf8'),
        input(text: string, seconds: number) {
          writeFileSync(path('in.txt'), text);
          utimesSync(path('in.txt'), seconds, seconds);
        },
        tries: (sample: number): number => {
          const mark = join(marks, `scale-${sample}`);
          return existsSync(mark) ? statSync(mark).size : 0;
        },
        hold: (...which: readonly number[]) => {
          for (const sample of which) writeFileSync(join(marks, `hold-scale-${sample}`), '');
        },
        release: () => {
          for (const each of readdirSync(marks)) if (each.startsWith('hold-')) rmSync(join(marks, each));
        },
        /** pypeliner's names of all jobs that were ever sent, tries as well. */
        sent: async (): Promise<string[]> => {
          const rounds = join(runFolder(), 'rounds');
          if (!existsSync(rounds)) return [];
          return readdirSync(rounds).flatMap(round =>
            existsSync(join(rounds, round, 'plan.json'))
              ? readFileSync(join(rounds, round, 'run.items'), 'utf8')
                  .split('\n')
                  .filter(Boolean)
                  .map(line => (JSON.parse(line) as { labels: { job: string } }).labels.job)
              : [],
          );
        },
        /** What the hosts of each try of a job had to give, in MiB. */
        memoryOf: (job: string): number[] => {
          const rounds = join(runFolder(), 'rounds');
          return readdirSync(rounds)
            .toSorted((a, b) => Number(a) - Number(b))
            .flatMap(round => {
              const at = join(rounds, round, 'plan.json');
              if (!existsSync(at)) return [];
              const step = (JSON.parse(readFileSync(at, 'utf8')) as RoundPlan).steps[0]!;
              const items = readFileSync(join(rounds, round, 'run.items'), 'utf8')
                .split('\n')
                .filter(Boolean);
              const shards = items.flatMap((line, shard) =>
                (JSON.parse(line) as { labels: { job: string } }).labels.job === job ? [shard] : [],
              );
              return shards.map(shard => {
                const array = step.arrays.find(
                  ({ offset, size }) => shard >= offset && shard < offset + size,
                )!;
                return step.lanes[array.lane]!.memoryMiB;
              });
            });
        },
        underWay: async (): Promise<number> => jobsUnderWay(twinFolder, runId()),
        /** Kills the helper of a head: its child that runs queue serve. */
        killHelper: async (head: number): Promise<void> => {
          const children = readFileSync(`/proc/${head}/task/${head}/children`, 'utf8').trim().split(' ');
          const helper = children.find(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('serve'));
          process.kill(Number(helper), 'SIGKILL');
        },
        until: async (condition: () => Promise<boolean>): Promise<void> => {
          for (const end = Date.now() + patienceMs; !(await condition()); await sleep(100))
            if (Date.now() > end) throw new Error('it did not come to that');
        },
      };
    },
  };
}

interface StartOptions {
  readonly submit?: string;
  readonly storage?: string;
  readonly script?: string;
}

function headOf(child: ChildProcess) {
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', text => {
      said += text;
    });
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  const ended = new Promise<{ code: number | null; said: string }>(done =>
    child.once('close', code => {
      clearTimeout(timer);
      done({ code, said });
    }),
  );
  return { process: child, ended, saidSoFar: () => said };
}
