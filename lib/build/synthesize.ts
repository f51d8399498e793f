import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../contract/verb/make-folder.ts';
import { LabError } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import { bundlePath, stackName } from '../contract/workload/metadata.ts';
import { isAlive } from '../process/is-alive.ts';
import { inputsDigest, type LabSource } from './inputs.ts';
import { type RunApp, runApp } from './run-app.ts';
import { writeWhole } from './write-whole.ts';

interface Made {
  readonly template: object;
  /** SHA-256 of each bundle that its jobs start from. */
  readonly bundles: readonly string[];
}

/**
 * The lab's template, for who needs no assets, with its jobs' bundles in place. Made once for what it is made from, and kept in
 * `folder` for all who ask again.
 */
export async function synthesized(
  source: LabSource,
  folder: string,
  say: (text: string) => void,
  run: RunApp = runApp,
): Promise<object> {
  for (;;) {
    const path = await pathOf(source, folder);
    const known = await read(path);
    if (known) {
      // Another lab's command, or a person, may have changed them.
      if (String(await digests(source)) !== String(known.bundles)) await bundle(source);
      return known.template;
    }
    if (!(await takes(path))) {
      // Another command has just begun the same.
      await sleep(100);
      continue;
    }
    try {
      say('synthesizing the stack …');
      const template = await make(source, run);
      // Sources that were saved meanwhile are another lab's.
      if ((await pathOf(source, folder)) === path)
        await writeWhole(
          path,
          Buffer.from(JSON.stringify({ template, bundles: await digests(source) } satisfies Made)),
        );
    } finally {
      await rm(lockOf(path), { force: true });
    }
    await forgetOld(folder, source.lab);
  }
}

const pathOf = async (source: LabSource, folder: string): Promise<string> =>
  join(folder, `${source.lab}-${(await inputsDigest(source, folder)).slice(0, 32)}.json`);

const read = async (path: string): Promise<Made | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Made);
};

const digests = ({ projectRoot, contexts }: LabSource): Promise<string[]> =>
  Promise.all(
    contexts.map(async context => {
      const content = await readFile(join(projectRoot, bundlePath(context))).catch(() => '');
      return createHash('sha256').update(content).digest('hex');
    }),
  );

/** esbuild is loaded by whoever needs it. */
async function bundle({ projectRoot, contexts }: LabSource): Promise<void> {
  const { bundleWorkloads } = await import('./bundle.ts');
  await bundleWorkloads({ projectRoot, contexts });
}

const lockOf = (path: string): string => `${path}.making`;
/** No synth takes as long: who holds it still has been killed, and another process has its number. */
const longestMs = 180_000;

/** Whether it is ours to make; where two make it, they lose time and nothing else. */
async function takes(path: string): Promise<boolean> {
  const lock = lockOf(path);
  await makeFolder(join(path, '..'));
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const [pid, at] = await Promise.all([
    readFile(lock, 'utf8').catch(() => ''),
    stat(lock).catch(() => undefined),
  ]);
  const isOld = at !== undefined && Date.now() - at.mtimeMs > (pid === '' ? 1000 : longestMs);
  if (isOld || (pid !== '' && !isAlive(Number(pid)))) await rm(lock, { force: true });
  return false;
}

async function make(source: LabSource, run: RunApp): Promise<object> {
  const outdir = await mkdtemp(join(tmpdir(), 'lab-synth-'));
  try {
    const { code, by, text } = await run(source, outdir);
    // The terminal sends Ctrl-C to it too.
    if (by === 'SIGINT' || by === 'SIGTERM')
      throw new LabError({ where: 'synth', message: 'interrupted' }, exitCodes.interruptedByUser);
    if (code !== 0)
      throw new LabError({
        where: 'synth',
        message: text.trim() || `exited with ${code ?? by}`,
        fix: 'mend lab.config.ts, or run npm run synth to see more',
      });
    const written = await readFile(join(outdir, `${stackName(source.lab)}.template.json`), 'utf8');
    return JSON.parse(written) as object;
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

/** Templates of a lab that are kept: who goes to and fro between two states of the sources finds both. */
const keptTemplates = 20;

async function forgetOld(folder: string, lab: string): Promise<void> {
  const name = new RegExp(`^${lab}-[0-9a-f]{32}\\.json$`);
  const dated = await Promise.all(
    (await readdir(folder))
      .filter(each => name.test(each))
      .map(async each => {
        const path = join(folder, each);
        return { path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
  );
  const old = dated.sort((a, b) => b.at - a.at).slice(keptTemplates);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}
