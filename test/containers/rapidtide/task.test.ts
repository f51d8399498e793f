import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rapidtideTask } from '../../../containers/rapidtide/task.ts';
import { fileKey } from '../../../lib/contract/run/keys.ts';
import { labOfFile, objectText, storeRun } from '../lab.ts';
import { named } from '../tasks.ts';

const lab = labOfFile();
const options = {
  tasks: { run: rapidtideTask },
  mounts: [{ path: '/data_in', bucketEnv: 'INPUT_BUCKET', access: 'download', readOnly: true }],
  graceMs: 200,
} as const;
const mounts = JSON.stringify({
  '/data_in': { bucket: 'input', region: 'us-east-1', prefix: '', access: 'role' },
});

/** One participant, `a`, with these parameters; a script is frozen with the run where there is one. */
async function run(parameters: Record<string, string>, script?: string, environment = {}) {
  await lab.input.put('anything', 'x');
  const sha256 = createHash('sha256')
    .update(script ?? '')
    .digest('hex');
  const stored = await storeRun(lab, [named('a')], {
    parameters,
    ...(script === undefined ? {} : { files: { script: { name: 'my.sh', bytes: script.length, sha256 } } }),
  });
  if (script !== undefined) await lab.store.put(fileKey(stored.run, 'script'), script);
  const start = () => stored.start(options, 0, { environment: { LAB_MOUNTS: mounts, ...environment } });
  return { ...stored, start, key: (rest: string) => `runs/rapidtide/${stored.run.runId}/${rest}` };
}
const keysBelow = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of lab.store.list(prefix)) keys.push(key.slice(prefix.length));
  return keys;
};

describe('a script', () => {
  it('is the one that was frozen with the run, and its first line is obeyed', async () => {
    await lab.store.put('config/my.sh', 'exit 9');
    await lab.store.put('config/helper.txt', 'beside it');
    const script = `#!/usr/bin/env -S node
const { readFileSync, writeFileSync } = require('node:fs');
writeFileSync(process.env.DATA_OUT + '/made', process.argv.at(-1) + readFileSync(__dirname + '/helper.txt'));
`;
    const job = await run({ do: 'script', script: 'my.sh' }, script);
    expect(await job.start()).toBe(0);
    expect(await objectText(lab.store, job.key('outputs/a/made'))).toBe('abeside it');
  });

  it('that is another one than was submitted is not run', async () => {
    const job = await run({ do: 'script', script: 'my.sh' }, 'touch "$DATA_OUT/x"');
    await lab.store.put(fileKey(job.run, 'script'), 'touch "$DATA_OUT/y"');
    expect(await job.start()).toBe(66);
    expect((await job.record())?.items[0]?.reason).toContain('is not the my.sh that was submitted');
  });

  it('whose interpreter is not there is told as that', async () => {
    const job = await run({ do: 'script', script: 'my.sh' }, '#!/opt/no/such -x\n');
    expect(await job.start()).toBe(64);
    expect((await job.record())?.items[0]?.reason).toContain('is /opt/no/such -x in the image?');
  });

  it('that fails leaves what it wrote, told in its log; links and pipes are told, whether it fails or succeeds', async () => {
    const script =
      'cd $DATA_OUT; mkdir part; echo log > part/tool.log; ln -s x part/link; mkfifo part/pipe; exit 3';
    const job = await run({ do: 'script', script: 'my.sh' }, script);
    expect(await job.start()).toBe(64);
    expect(await objectText(lab.store, job.key('failed/a/0.1/part/tool.log'))).toBe('log\n');
    expect(lab.log.join('\n')).toContain(
      `what it wrote is kept: 1 file, 4 bytes at s3://output/${job.key('failed/a/0.1/')}; not stored, for only files are: part/link (link), part/pipe (pipe)`,
    );
    expect(await keysBelow(job.key('outputs/'))).toEqual([]);

    lab.log.length = 0;
    const links = await run(
      { do: 'script', script: 'my.sh' },
      'cd $DATA_OUT; ln -s /etc/passwd link; mkdir d; mkfifo d/pipe; echo x > d/file',
    );
    expect(await links.start()).toBe(0);
    expect(await keysBelow(links.key('outputs/'))).toEqual(['a/d/file']);
    expect(lab.log.filter(line => line.includes('not stored')).join('\n')).toMatch(
      /d\/pipe \(pipe\)[\s\S]*: link \(link\)/,
    );
  });
});

it('what is there already is skipped, and earlier outputs are what /data_out starts with', async () => {
  await lab.store.put('hcp/sub-a/finished', '');
  const skipped = await run(
    { do: 'script', script: 'my.sh', 'skip-done-if': 'hcp/sub-{item}/finished' },
    'exit 1',
  );
  expect(await skipped.start()).toBe(0);
  expect((await skipped.record())?.items[0]?.reason).toBe('skipped: hcp/sub-a/finished is there already');
  await lab.store.put('earlier/a/maps/one', '1');
  const more = await run(
    { do: 'script', script: 'my.sh', 'skip-done-if': 'nowhere/{item}', 'data-out-from': 'earlier/{item}/' },
    'cp $DATA_OUT/maps/one $DATA_OUT/maps/two',
  );
  expect(await more.start()).toBe(0);
  expect(await keysBelow(more.key('outputs/a/'))).toEqual(['maps/one', 'maps/two']);
});

describe('Rapidtide', () => {
  /** A stand-in for Rapidtide that writes what the script says under the prefix that it gets. */
  async function rapidtide(body: string) {
    const tools = join(lab.folders.dataOut, '..', 'tools');
    mkdirSync(tools, { recursive: true });
    writeFileSync(join(tools, 'rapidtide'), `#!/bin/bash\nP=$2\n${body}\n`);
    chmodSync(join(tools, 'rapidtide'), 0o755);
    await lab.input.put('sub-a/func/sub-a_task-rest_desc-preproc_bold.nii.gz', gzipSync(Buffer.alloc(400)));
    const job = await run({ do: 'bids', task: 'rest' }, undefined, {
      PATH: `${tools}:${process.env.PATH}`,
    });
    return { code: await job.start(), item: (await job.record())!.items[0]!, job };
  }
  const head = Buffer.alloc(352);
  head.writeInt32LE(348, 0);
  head.writeInt16LE(1, 40);
  head.writeInt16LE(1, 42);
  head.writeFloatLE(352, 108);
  const map = `echo ${gzipSync(head).toString('base64')} | base64 -d > \${P}_desc-maxtime_map.nii.gz`;

  it('is done when its marks and maps say so, with the container’s number of processes', async () => {
    const { code, item, job } = await rapidtide(`touch \${P}_DONE.txt; ${map}; echo "$@" > $(dirname $P)/argv
      echo "VoxelData.load: dataset has 7 NaNs before fixing them."`);
    expect([code, item.state, item.reason]).toEqual([
      0,
      'done',
      expect.stringContaining('warning: 7 values'),
    ]);
    const argv = await objectText(lab.store, job.key('outputs/a/derivatives/rapidtide/sub-a/func/argv'));
    expect(argv).toContain('--nprocs 1 ');
  });

  it('that exits with 0 and without a result has failed, and what it left is kept', async () => {
    const { code, item, job } = await rapidtide('touch ${P}_ISRUNNING.txt');
    expect([code, item.state, item.reason]).toEqual([
      64,
      'failed',
      expect.stringContaining('did not finish'),
    ]);
    expect(await keysBelow(job.key('failed/a/0.1/'))).toEqual([
      'derivatives/rapidtide/sub-a/func/sub-a_task-rest_desc-rapidtide_ISRUNNING.txt',
    ]);
  });
});
