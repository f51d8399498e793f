import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { PlatesOnTwin } from './plates.ts';

/** What labs have from before: tarballs of the older scripts. */
export const olderArchivesTold = (lab: PlatesOnTwin): void => {
  const { archive, keys, put } = lab;
  it('a tarball of the older scripts is compared with what is beside it and unpacked, to a folder and by a job to S3', async () => {
    const tar = pack();
    tar.entry({ name: 'P_B_OLD/P/workspace/backend/B/OLD/OLD.sqlite' }, 'tables');
    tar.finalize();
    const body = gzipSync(await buffer(tar));
    const md5 = createHash('md5').update(body).digest('hex');
    await put('cold/P_B_OLD_backend.tar.gz', body);
    await put('cold/P_B_OLD_backend.tar.gz.md5', `${md5}  P_B_OLD_backend.tar.gz\n`);
    const key = 'projects/P/workspace/backend/B/OLD/OLD.sqlite';
    const old = ['--old', 's3://imaging/cold', '--plate', 'OLD'];
    const here = await archive('restore', ...old, '--to', 'old');
    expect(here.err).toContain('1 file restored, 0 there already');
    expect(here.code).toBe(0);
    expect(readFileSync(join(lab.me.cwd, 'old', key), 'utf8')).toBe('tables');
    const none = await archive('restore', ...old, '--include', 'zz*', '--to', 'old');
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('older tarballs of OLD fits zz*')]);
    await put('cold/P_B_OLD_backend.tar.gz.etag', `"${'0'.repeat(32)}"\n`);
    const damaged = await archive('restore', ...old, '--wait');
    expect(damaged.code).toBe(4);
    expect(damaged.err).toContain('is damaged: it is not what its .etag says');
    expect(await keys('imaging', key)).toEqual([]);
    await put('cold/P_B_OLD_backend.tar.gz.etag', md5);
    const job = await archive('restore', ...old, '--wait');
    expect(job.err).toContain('OLD: 1 older tarball');
    expect(job.code).toBe(0);
    expect(await keys('imaging', key)).toEqual([key]);
    const elsewhere = await archive('restore', '--old', 's3://imaging/others/', '--plate', 'OLD');
    expect([elsewhere.code, elsewhere.err]).toEqual([
      2,
      expect.stringContaining('is not below s3://imaging/cold/, where jobs may work'),
    ]);
  });
};
