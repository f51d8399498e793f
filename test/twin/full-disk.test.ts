import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openJournal } from '../../lib/twin/batch/journal.ts';
import { forwardLines } from '../../lib/twin/container/lines.ts';
import { type Append, appendWhole } from '../../lib/twin/disk-room.ts';
import { logsService } from '../../lib/twin/logs/logs-service.ts';

/** A disk that is full while `isFull`. */
function disk() {
  const state = { isFull: false };
  const append: Append = (file, text) => {
    if (state.isFull) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    appendWhole(file, text);
  };
  return { state, append };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('on a full disk no job is taken, what happens is kept, and written in its order when there is room', async () => {
  const { state, append } = disk();
  const path = join(folder, 'journal.jsonl');
  const { journal } = openJournal(path, 0, append);
  journal.write({ kind: 'resource', name: 'first' });
  state.isFull = true;
  expect(() => journal.write({ kind: 'resource', name: 'asked' })).toThrow('no space left in the folder');
  journal.note({ kind: 'released', jobId: 'a' });
  journal.note({ kind: 'released', jobId: 'b' });
  state.isFull = false;
  for (const end = Date.now() + 5000; readFileSync(path, 'utf8').split('\n').length < 4; )
    await new Promise(done => setTimeout(done, Date.now() < end ? 20 : Number.NaN));
  journal.write({ kind: 'resource', name: 'last' });
  journal.close();
  const { entries } = openJournal(path, 0);
  expect(
    Array.from(entries, each => ('name' in each ? each.name : (each as { jobId: string }).jobId)),
  ).toEqual(['first', 'a', 'b', 'last']);
});

it('a tool that prints on a full disk waits, and no line of it is lost', async () => {
  const { state, append } = disk();
  const logs = logsService({ folder, region: 'us-east-1', append });
  const pieces = Readable.from(['one\ntwo\n', 'three\n', 'four'].map(text => Buffer.from(text)));
  const held = { count: 0 };
  state.isFull = true;
  const forwarded = forwardLines(pieces, lines => logs.append('group', 'stream', lines), held);
  await new Promise(done => setTimeout(done, 100));
  expect(held.count).toBe(1);
  state.isFull = false;
  await forwarded;
  const input = { logGroupName: 'group', logStreamName: 'stream', startFromHead: true };
  const { events } = (await logs.call({ action: 'GetLogEvents', input } as never)) as {
    events: { message: string }[];
  };
  expect(events.map(each => each.message)).toEqual(['one', 'two', 'three', 'four']);
});

it('of a text that the disk takes half of, nothing stays', () => {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;
  // Without the right to mount there is no small disk to fill.
  if (!mounted) return;
  try {
    const path = join(folder, 'lines');
    const file = openSync(path, 'a');
    const line = `${'x'.repeat(4999)}\n`;
    expect(() => {
      for (let lines = 0; lines < 100; lines++) appendWhole(file, line);
    }).toThrow('ENOSPC');
    closeSync(file);
    const text = readFileSync(path, 'utf8');
    expect([text.length > 0, text.length % line.length]).toEqual([true, 0]);
  } finally {
    spawnSync('umount', [folder]);
  }
});
