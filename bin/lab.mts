import { randomBytes } from 'node:crypto';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

const projectRoot = dirname(import.meta.dirname);
// What Node has stripped and compiled once is kept: a call starts in a third of the time.
enableCompileCache(join(projectRoot, 'node_modules', '.cache', 'arraylab'));
// V8 makes room for new objects larger each time that most of them stay, up to 200 MB: a list of a million items stays. With the room that
// it begins with they take a third less memory, for a tenth more CPU. Not where servers run, of which nearly all is garbage at once.
const frugal = ['cancel', 'fetch', 'logs', 'rehearse', 'report', 'retry', 'status', 'submit', 'watch', 'why'];
if (frugal.includes(process.argv[2] ?? '')) setFlagsFromString('--semi-space-growth-factor=1');
// Of the records that a report reads nearly all is garbage at once: collected sooner, for a quarter of a second, it takes a third less memory.
// A rehearsal is a twin and all of its containers beside the one who watches.
if (['report', 'rehearse'].includes(process.argv[2] ?? '')) setFlagsFromString('--optimize-for-size');
// V8's optimizing compilers are 10 MB of its code, which a call that hardly runs them hardly reads; in a second they do not pay, either. A
// report of a million items, which goes on for longer, has them: after 30,000 calls of a function, about as many as V8's counter holds.
if (process.argv[2] === 'report')
  for (const compiler of ['maglev', 'turbofan'])
    setFlagsFromString(`--invocation-count-for-${compiler}=30000`);
const [{ workloads }, { runCli }] = await Promise.all([
  import('../jobs/index.ts'),
  import('../lib/cli/main.ts'),
]);

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// A reader that has seen enough (`lab status | head`) is no error; a disk that is full is one, at the end: a submission must not stop half-way.
let unwritten: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  unwritten ??= error;
});
process.on('exit', code => {
  if (!unwritten) return;
  process.stderr.write(
    `error stdout: not all of it could be written (${unwritten.code ?? unwritten.message})\n  free some space, or name another place, then the same again\n`,
  );
  if (code === 0) process.exitCode = 3;
});
// Nobody reads the talk any more (`lab submit … 2>&1 | head`): the work goes on, as a submission must not stop half-way.
process.stderr.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  projectRoot,
  // An npm script of ours runs in the project: the user is where they called npm. Under another script the folder is its own.
  cwd:
    (/^(lab$|submit:)/.test(process.env.npm_lifecycle_event ?? '') && process.env.INIT_CWD) || process.cwd(),
  environment: process.env,
  io: { out: process.stdout, err: process.stderr },
  stdin: process.stdin,
  signal: interrupt.signal,
  workloads,
  now: () => new Date(),
  seed: () => randomBytes(3).toString('hex'),
});
// What an interrupted command had under way, a download of hours for one, is not waited for.
if (interrupt.signal.aborted) process.exit();
