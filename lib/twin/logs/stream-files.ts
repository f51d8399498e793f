import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { type Append, appendWhole } from '../disk-room.ts';

export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

export interface StreamInfo {
  readonly name: string;
  readonly created: number;
  readonly changed: number;
}

/** Log groups and streams on disk: a folder a group, a file of JSON lines a stream, whose first line names it. */
export interface StreamFiles {
  groups(): readonly string[];
  hasGroup(group: string): boolean;
  makeGroup(group: string): void;
  hasStream(group: string, stream: string): boolean;
  makeStream(group: string, stream: string, at: number): void;
  /** Makes group and stream where they are not there. */
  append(group: string, stream: string, events: readonly LogEvent[]): void;
  /** Its file, which is there when the stream is. */
  path(group: string, stream: string): string;
  /** In the order of writing, one by one, however long the stream; none when there is no such stream. */
  scan(group: string, stream: string): Iterable<LogEvent>;
  /** By name. */
  streams(group: string): StreamInfo[];
}

/** More streams than are written to at once. */
const mostKnown = 1000;

export function streamFiles(folder: string, append: Append = appendWhole): StreamFiles {
  // `..` is a legal name and no folder of ours.
  const groupPath = (group: string): string => join(folder, encodeURIComponent(group).replace(/^\./, '%2E'));
  const path = (group: string, stream: string): string => join(groupPath(group), fileName(stream));
  /** Streams that are known to be there: a line then costs one write. */
  const known = new Set<string>();
  const appendTo = (path: string, text: string): void => {
    const file = openSync(path, 'a');
    try {
      append(file, text);
    } finally {
      closeSync(file);
    }
  };
  const makeStream = (group: string, stream: string, at: number): void => {
    const file = path(group, stream);
    if (known.has(file)) return;
    mkdirSync(groupPath(group), { recursive: true });
    if (!existsSync(file)) appendTo(file, `${JSON.stringify({ stream, created: at })}\n`);
    // What a kill has torn must not take the next event with it.
    else if (!endsWithLine(file)) appendTo(file, '\n');
    // Of streams that have ended, none is to be remembered for good.
    if (known.size >= mostKnown) known.clear();
    known.add(file);
  };
  return {
    groups: () => (existsSync(folder) ? readdirSync(folder).map(decodeURIComponent).sort() : []),
    hasGroup: group => existsSync(groupPath(group)),
    makeGroup: group => void mkdirSync(groupPath(group), { recursive: true }),
    hasStream: (group, stream) => existsSync(path(group, stream)),
    makeStream,
    append(group, stream, events) {
      makeStream(group, stream, Date.now());
      const lines = events.map(event => `${JSON.stringify({ t: event.timestamp, m: event.message })}\n`);
      appendTo(path(group, stream), lines.join(''));
    },
    path,
    *scan(group, stream) {
      const file = path(group, stream);
      if (!existsSync(file)) return;
      for (const line of linesOf(file)) yield* parseEvent(line);
    },
    streams: group =>
      readdirSync(groupPath(group))
        .map(name => streamInfo(join(groupPath(group), name)))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Readable, and its own for every stream, however long its name. */
function fileName(stream: string): string {
  const hash = createHash('sha256').update(stream).digest('hex').slice(0, 8);
  return `${encodeURIComponent(stream).slice(0, 150)}-${hash}.jsonl`;
}

function endsWithLine(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = statSync(path);
    const last = Buffer.alloc(1);
    return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === lineEnd);
  } finally {
    closeSync(file);
  }
}

export const lineEnd = 0x0a;

/** A file's lines, without holding more of it than one line and a piece. */
function* linesOf(path: string): Iterable<string> {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(1024 * 1024);
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      const lines = (rest + decoder.write(piece.subarray(0, read))).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}

/** The event of a line: none for the first, which names the stream, and for one that a kill has torn, which never was one. */
export function parseEvent(line: string): LogEvent[] {
  try {
    const { t, m } = JSON.parse(line) as { t?: number; m?: string };
    return t === undefined || m === undefined ? [] : [{ timestamp: t, message: m }];
  } catch {
    return [];
  }
}

function streamInfo(path: string): StreamInfo {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4096);
    const text = head.subarray(0, readSync(file, head, 0, head.length, 0)).toString('utf8');
    const { stream, created } = JSON.parse(text.slice(0, text.indexOf('\n'))) as {
      stream: string;
      created: number;
    };
    return { name: stream, created, changed: Math.floor(statSync(path).mtimeMs) };
  } finally {
    closeSync(file);
  }
}
