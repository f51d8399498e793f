import { labOfFile, storeRun } from '../lab.ts';
import { named, shell } from '../tasks.ts';

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

  it('has its highest memory and the CPU time of its children in the record', async () => {
    if (process.platform !== 'linux') return;
    const run = await storeRun(lab, [named('a')]);
    // By its own CPU time: a busy machine gives it as much, later.
    const spin =
      'const b = Buffer.alloc(150e6, 1); while (process.cpuUsage().user < 5e5) for (let i = 0; i < 1e6; i++) b[i];';
    const script = `"${process.execPath}" -e "${spin}"; sleep 0.6`;
    await run.start(shell(script));
    const item = (await run.record())?.items[0];
    expect(item?.peakMemoryBytes).toBeGreaterThan(150e6);
    expect(item?.cpuSeconds).toBeGreaterThanOrEqual(0.5);
    expect(item?.cpuSeconds).toBeLessThan(5);
  });

  it('that fails leaves its last lines in the record, however much it prints', async () => {
    const run = await storeRun(lab, [named('a'), named('b')]);
    await run.start(shell('seq 500; printf "%0700d\\n" 7; exit 3'), 0);
    const lines = (await run.record(0))?.items[0]?.tail;
    expect(lines?.slice(0, 2)).toEqual(['482', '483']);
    expect(lines?.at(-1)).toBe('0'.repeat(500));
    await run.start(shell('echo fine'), 1);
    expect((await run.record(1))?.items[0]?.tail).toBeUndefined();
  });
});
