/**
 * Random trees through tar readers that we did not write: `node trees.ts COUNT SEED READER…`, where a reader is `gnu`, `bsd`,
 * `python:PROGRAM` or `ratarmount:PYTHON`. Each must give every member back, under its name, with its bytes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sortObjects } from '../../jobs/plate-archive/format/inventory.ts';
import { layOut } from '../../jobs/plate-archive/format/layout.ts';
import { endBytes, padding, tarHeader } from '../../jobs/plate-archive/format/tar-header.ts';

const [count = '2000', seed = '1', ...readers] = process.argv.slice(2);
/** Trees in one tar, each below a folder of its own: starting a reader costs more than reading a tree. */
const together = 50;
const component = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  fc.constantFrom(
    '',
    '.',
    '..',
    'a',
    'A',
    'é',
    'é',
    ' lead',
    'trail ',
    'a\\b',
    'x\ny',
    'q"u\'o',
    '[1]*?',
    '-rf',
    '%',
    'ü'.repeat(130),
    'n'.repeat(255),
  ),
);
const tree = fc.uniqueArray(
  fc.tuple(
    fc.array(component, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/')),
    fc.constantFrom(0, 1, 100, 511, 512, 513, 1500),
  ),
  { minLength: 1, maxLength: 5, selector: ([key]) => key },
);

/** Name → SHA-256. */
type Members = Map<string, string>;
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function tarOf(trees: readonly (readonly (readonly [string, number])[])[]): {
  readonly tar: Buffer;
  readonly members: Members;
} {
  const objects = sortObjects(
    trees.flatMap((each, i) =>
      each
        .map(([key, size]) => ({ key: `${i}/${key}`, size, etag: '"e"', modified: 1_700_000_000_000 }))
        .filter(({ key }) => key.isWellFormed() && Buffer.byteLength(key) <= 1024),
    ),
  );
  const members: Members = new Map();
  const [plan] = layOut(objects, Number.MAX_SAFE_INTEGER).tars;
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { name, object } of plan?.members ?? []) {
    const body = Buffer.alloc(object.size, name);
    members.set(name, sha(body));
    const header = tarHeader({ name, size: object.size, seconds: object.modified / 1000 });
    pieces.push(header, body, Buffer.alloc(padding(object.size)));
    at += header.length + object.size + padding(object.size);
  }
  return { tar: Buffer.concat([...pieces, Buffer.alloc(endBytes(at))]), members };
}

/** What lies in a folder, by the names' bytes. */
function found(folder: string): Members {
  const members: Members = new Map();
  const walk = (path: Buffer, name: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
      const below = Buffer.concat([path, Buffer.from('/'), entry.name]);
      const full = name === '' ? entry.name.toString() : `${name}/${entry.name.toString()}`;
      if (entry.isDirectory()) walk(below, full);
      else members.set(full, sha(readFileSync(below)));
    }
  };
  walk(Buffer.from(folder), '');
  return members;
}

const work = mkdtempSync(join(tmpdir(), 'lab-trees-'));
const utf8 = { ...process.env, LC_ALL: 'C.UTF-8' };
const pythonReader = `
import sys, tarfile, hashlib, json
for line in sys.stdin:
    names = {}
    with tarfile.open(line.rstrip('\\n')) as tar:
        for member in tar:
            names[member.name] = hashlib.sha256(tar.extractfile(member).read()).hexdigest()
    print(json.dumps(names), flush=True)
`;
const ratarmountReader = `
import os, sys, hashlib, json
answers, sys.stdout = sys.stdout, open(os.devnull, 'w')
from ratarmountcore.mountsource.formats.tar import SQLiteIndexedTar
def walk(source, path, names):
    for name in source.list(path) or {}:
        full = path.rstrip('/') + '/' + name
        info = source.lookup(full)
        if info.mode & 0o040000:
            walk(source, full, names)
        else:
            with source.open(info) as file: names[full[1:]] = hashlib.sha256(file.read()).hexdigest()
for line in sys.stdin:
    names = {}
    with SQLiteIndexedTar(line.rstrip('\\n'), clearIndexCache=True, writeIndex=False, printDebug=0) as source: walk(source, '/', names)
    print(json.dumps(names), flush=True, file=answers)
`;

type Reader = (tar: string) => Promise<Members>;
const ends: (() => void)[] = [];

function extractor(command: string, args: readonly string[]): Reader {
  return async tar => {
    const into = join(work, 'out');
    rmSync(into, { recursive: true, force: true });
    mkdirSync(into);
    const ran = spawnSync(command, [...args, '-xf', tar, '-C', into], { env: utf8, encoding: 'utf8' });
    if (ran.status !== 0 || ran.stderr !== '')
      throw new Error(`${command} exited with ${ran.status}: ${ran.stderr || ran.error}`);
    return found(into);
  };
}

/** A reader that lives on: a tar's path in, its members out. */
function talker(program: string, code: string): Reader {
  const child = spawn(program, ['-c', code], { stdio: ['pipe', 'pipe', 'inherit'], env: utf8 });
  ends.push(() => child.stdin.end());
  let text = '';
  const waiting: ((line: string) => void)[] = [];
  child.stdout.on('data', chunk => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      waiting.shift()?.(text.slice(0, end));
      text = text.slice(end + 1);
    }
  });
  return tar =>
    new Promise((done, fail) => {
      child.once('exit', code => fail(new Error(`${program} exited with ${code}`)));
      waiting.push(line => {
        child.removeAllListeners('exit');
        done(new Map(Object.entries(JSON.parse(line) as Record<string, string>)));
      });
      child.stdin.write(`${tar}\n`);
    });
}

const readerOf = (text: string): Reader => {
  const [kind, program = ''] = text.split(':');
  if (kind === 'gnu') return extractor('tar', []);
  if (kind === 'bsd') return extractor('bsdtar', []);
  if (kind === 'python') return talker(program, pythonReader);
  if (kind === 'ratarmount') return talker(program, ratarmountReader);
  throw new Error(`no reader ${text}`);
};

const list = readers.map(text => ({ text, read: readerOf(text) }));
try {
  const path = process.env.TREES_TAR ?? join(work, 'trees.tar');
  let members = 0;
  for (let done = 0; done < Number(count); done += together) {
    if (done > 0 && done % 10_000 === 0) process.stderr.write(`${done} of ${count}\n`);
    const trees = fc.sample(tree, { numRuns: together, seed: Number(seed) + done });
    const { tar, members: wanted } = tarOf(trees);
    const file = openSync(path, 'w');
    writeSync(file, tar);
    closeSync(file);
    members += wanted.size;
    for (const { text, read } of list) {
      const got = await read(path);
      for (const [name, digest] of wanted)
        if (got.get(name) !== digest)
          throw new Error(
            `${text}: ${JSON.stringify(name)} is ${got.get(name) ?? 'not there'} (seed ${seed}, trees ${done})`,
          );
      if (got.size !== wanted.size)
        throw new Error(
          `${text}: ${got.size} members, and there are ${wanted.size} (seed ${seed}, trees ${done})`,
        );
    }
  }
  process.stdout.write(
    `${count} trees, ${members} members: ${readers.join(', ')} gave all back (seed ${seed})\n`,
  );
} finally {
  for (const end of ends) end();
  rmSync(work, { recursive: true, force: true });
}
