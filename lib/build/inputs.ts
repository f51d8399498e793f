import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { shellVerbs } from './shell-verbs.ts';
import { writeWhole } from './write-whole.ts';

/** What a lab's template and its jobs' bundles are made from: a project, a configuration, and the folders of images that this has on. */
export interface LabSource {
  readonly projectRoot: string;
  readonly configFile: string;
  readonly lab: string;
  readonly contexts: readonly string[];
}

/** Where a synth begins: the app, and the function that is bundled into the stack. */
const synthEntries = ['bin/app.mts', 'lib/infra/lambda/index.ts'];
/** What is read and not imported: flags, versions of packages, and the folders that images are built from. */
const readToo = [
  'cdk.json',
  'package.json',
  'package-lock.json',
  'bin/app.mjs',
  'bin/own-node.mjs',
  'containers',
];

/**
 * Every file of the project that a synth reads: what the app, the configuration, the stack's function and the jobs import, found by
 * their imports and by no list that could be forgotten. Absolute paths, sorted. The bundles are no inputs: they are made from these.
 * @param cache folder of what was found before; it holds for as long as none of the files found has changed
 */
export const inputsOf = (source: LabSource, cache?: string): Promise<string[]> =>
  inputsBy(reader(), source, cache);

/** Digest of all that the template is made from; another one means that it has to be made anew. */
export async function inputsDigest(source: LabSource, cache?: string): Promise<string> {
  const own = [source.lab, ...source.contexts].join();
  const read = reader();
  return digestOf(read, source, await inputsBy(read, source, cache), own);
}

async function inputsBy(read: ReadOnce, source: LabSource, cache?: string): Promise<string[]> {
  const more = readToo.flatMap(path => filesBelow(join(source.projectRoot, path)));
  return [...new Set([...(await importsOf(read, source, cache)), ...more, source.configFile])].sort();
}

interface Found {
  readonly paths: readonly string[];
  readonly digest: string;
}

async function importsOf(read: ReadOnce, source: LabSource, cache?: string): Promise<readonly string[]> {
  const { projectRoot, configFile, contexts } = source;
  const entries = [
    ...synthEntries.map(path => join(projectRoot, path)),
    ...contexts.map(context => join(projectRoot, context, 'entrypoint.ts')),
    ...(configFile.endsWith('.json') ? [] : [configFile]),
  ];
  const known = cache && join(cache, `imports-${sha256(entries.join()).slice(0, 16)}.json`);
  if (known) {
    const before = await readFile(known, 'utf8').then(
      text => JSON.parse(text) as Found,
      () => undefined,
    );
    if (before && digestOf(read, source, before.paths) === before.digest) return before.paths;
  }
  const paths = await scan(projectRoot, entries);
  if (known) {
    const found: Found = { paths, digest: digestOf(read, source, paths) };
    await writeWhole(known, Buffer.from(JSON.stringify(found)));
  }
  return paths;
}

/** esbuild is loaded by whoever has to look anew. */
async function scan(projectRoot: string, entries: readonly string[]): Promise<string[]> {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    entryPoints: entries.map((path, place) => ({ in: path, out: String(place) })),
    absWorkingDir: projectRoot,
    outdir: 'out',
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    plugins: [shellVerbs],
    metafile: true,
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).map(path => join(projectRoot, path));
}

/** Of the configuration its content counts, wherever it is: a template has no path in it. */
function digestOf(
  read: ReadOnce,
  { projectRoot, configFile }: LabSource,
  paths: readonly string[],
  more = '',
): string {
  const files = paths.map(path => ({
    name: path === configFile ? '' : relative(projectRoot, path),
    content: read(path),
  }));
  const hash = createHash('sha256').update(more);
  for (const { name, content } of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(`\0${name}\0${content?.length}\0`).update(content ?? '');
  return hash.digest('hex');
}

/** What is in a file, read once however often it is asked for; undefined where there is none. */
type ReadOnce = (path: string) => Buffer | undefined;

/** Some four hundred small files: one after the other they take a fifth of what handing each to a thread and back takes. */
function reader(): ReadOnce {
  const known = new Map<string, Buffer | undefined>();
  return path => {
    if (!known.has(path)) known.set(path, contentOf(path));
    return known.get(path);
  };
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The files of a folder, or the path itself where it is a file; nothing where there is none. */
function filesBelow(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true, recursive: true });
    return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  } catch {
    return [path];
  }
}
