import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delegateTask } from '../../../containers/pypeliner/delegate.ts';
import { filesPrefix } from '../../../jobs/pypeliner/job.ts';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../../lib/aws/wire/object-store.ts';
import { outputsPrefix } from '../../../lib/contract/run/keys.ts';
import { keys } from '../../twin/s3/helper.ts';
import { labOfFile, objectText, storeRun } from '../lab.ts';

const lab = labOfFile();
let bin: string;
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'delegate-'));
  mkdirSync(join(bin, 'python'));
});
afterAll(() => rmSync(bin, { recursive: true, force: true }));

const labelsOf = (payload: string, pickle = 'the pickle'): Record<string, string> => ({
  job: '/s:1/align',
  fingerprint: 'f',
  payload,
  range: '8-18',
  sha256: createHash('sha256').update(pickle).digest('hex'),
  files: filesPrefix('r'),
});

/** A job of which `python3` is this script; its $3, $4 and $5 are the pickle, the one that it leaves, and its state. */
async function runJob(script: string) {
  writeFileSync(join(bin, 'python/python3'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'python/python3'), 0o755);
  const key = `payloads/${Math.random()}`;
  // One of several in an object.
  await lab.store.put(key, 'another,the pickle,a third');
  const labels = labelsOf(key);
  const run = await storeRun(lab, [[{ name: 'j1', labels }]]);
  const credentials = fixedKeys(keys);
  const open = (bucket: string) =>
    objectStore({ bucket, region: 'us-east-1', credentials, endpoint: lab.s3.url });
  const environment = { PATH: `${join(bin, 'python')}:${process.env.PATH}` };
  const code = await run.start({ tasks: { run: delegateTask(open) }, mounts: [] }, 0, { environment });
  const output = (name: string) => objectText(lab.store, `${outputsPrefix(run.run, 'j1')}${name}`);
  return { code, record: (await run.record())?.items[0], output };
}

it('the pickle that a job leaves is its output', async () => {
  const { code, record, output } = await runJob('cat "$3" > "$4"; echo more >> "$4"');
  expect([code, record?.state, await output('after')]).toEqual([0, 'done', 'the picklemore\n']);
  expect(await output('log')).toBeUndefined();
});

it('of one that has not finished the pickle is stored too, with the end of its log', async () => {
  const { code, record, output } = await runJob(
    `echo started > "$4"; echo '{"state":"started","error":"the job’s function failed"}' > "$5"; echo Traceback; exit 1`,
  );
  expect([code, record?.state, record?.reason]).toEqual([64, 'failed', 'the job’s function failed']);
  expect([await output('after'), await output('log')]).toEqual(['started\n', 'Traceback\n']);
});

it('one that leaves nothing says how it ended', async () => {
  const { record, output } = await runJob('echo no such module >&2; exit 3');
  expect(record?.reason).toBe('not started: the delegate exited with 3');
  expect([await output('after'), await output('log')]).toEqual([undefined, 'no such module\n']);
});

it('a job whose pickle is not there is told with its key', async () => {
  const missing = await storeRun(lab, [[{ name: 'j1', labels: labelsOf('payloads/none') }]]);
  const open = (bucket: string) =>
    objectStore({ bucket, region: 'us-east-1', credentials: fixedKeys(keys), endpoint: lab.s3.url });
  expect(await missing.start({ tasks: { run: delegateTask(open) }, mounts: [] })).toBe(67);
  expect((await missing.record())?.items[0]?.reason).toContain('s3://output/payloads/none cannot be fetched');
});

it('a pickle that is not the one that was sent is not run', async () => {
  await lab.store.put('payloads/other', 'another,a pickle ,a third');
  const other = await storeRun(lab, [[{ name: 'j1', labels: labelsOf('payloads/other') }]]);
  const open = (bucket: string) =>
    objectStore({ bucket, region: 'us-east-1', credentials: fixedKeys(keys), endpoint: lab.s3.url });
  expect(await other.start({ tasks: { run: delegateTask(open) }, mounts: [] })).toBe(67);
  expect((await other.record())?.items[0]?.reason).toContain('the pickle that was sent is not there');
});

it('its files are behind a socket while it runs, and no credentials are', async () => {
  const ask = `const s = require('net').connect(process.env.ARRAYLAB_STORAGE_SOCKET, () => s.write('{"id":1,"op":"push","path":"made","file":"' + process.cwd() + '/made"}\\n{"id":2,"op":"delete","path":"made"}\\n'));
    let text = ''; s.on('data', d => { text += d; if (text.split('\\n').length === 3) { console.log(text); s.end(); } });`;
  writeFileSync(join(bin, 'ask.cjs'), ask);
  const { code } = await runJob(
    `echo text > made; env | grep -c -E 'AWS_(SECRET|ACCESS|SESSION)' ; node ${join(bin, 'ask.cjs')}; : > "$4"`,
  );
  expect(code).toBe(0);
  expect(await objectText(lab.store, `${filesPrefix('r')}made`)).toBe('text\n');
  const said = lab.log.join('\n');
  expect(said).toContain('[j1] 0\n');
  // A job deletes nothing.
  expect(said).toContain('there is no operation');
});
