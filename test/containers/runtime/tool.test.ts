import { labOfFile, storeRun } from '../lab.ts';
import { named, options, shell } from '../tasks.ts';

const lab = labOfFile();

describe('a tool', () => {
  it('sees its item and no credentials', async () => {
    const run = await storeRun(lab, [named('a')]);
    const environment = {
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'hidden',
      AWS_SESSION_TOKEN: '',
      ECS_CONTAINER_METADATA_URI_V4: 'hidden',
      LAB_MOUNTS: '{}',
      MINE: 'shown',
    };
    expect(await run.start(shell('env'), 0, { environment })).toBe(0);
    const names = lab.log.map(line => line.replace(/^\[a\] /, '').split('=')[0]!);
    expect(names).toEqual(expect.arrayContaining(['LAB_ITEM', 'MINE', 'TMPDIR', 'AWS_REGION']));
    expect(names.filter(name => /KEY|TOKEN|SECRET|CREDENTIALS|LAB_MOUNTS|ECS_/.test(name))).toEqual([]);
  });

  it('has its highest memory in the record', async () => {
    if (process.platform !== 'linux') return;
    const run = await storeRun(lab, [named('a')]);
    const script = 'const b = Buffer.alloc(150e6, 1); setTimeout(() => b[0], 800)';
    await run.start(options(context => context.exec([process.execPath, '-e', script])));
    expect((await run.record())?.items[0]?.peakMemoryBytes).toBeGreaterThan(150e6);
  });
});
