import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CopyObjectCommand } from '@aws-sdk/client-s3';
import type { Ran } from '../../cli/helper.ts';
import { batch, full, images, type PlatesOnTwin } from './plates.ts';

export const coldTarsTold = (lab: PlatesOnTwin): void =>
  describe('tars in a cold class', () => {
    const { archive, keys } = lab;
    beforeAll(async () => {
      // Lifecycle would do it, but for tars under 128 KiB.
      for (const Key of await keys('test-plates', 'plates/P/B/ZWEI/'))
        if (Key.endsWith('.tar'))
          await lab.twin.s3.send(
            new CopyObjectCommand({
              ...{ Bucket: 'test-plates', Key, CopySource: encodeURI(`test-plates/${Key}`) },
              ...{ StorageClass: 'DEEP_ARCHIVE', ChecksumAlgorithm: 'CRC32' },
            }),
          );
    });

    const hour = 3600;
    /** What a rehearsal of hours writes: S3's time, and what becomes of its day. */
    const later = (hours: number) =>
      writeFile(
        join(lab.me.cwd, 'twin', 'state', 's3', '.clock.json'),
        JSON.stringify({ aheadSeconds: hours * hour }),
      );
    const well1 = ['--plate', 'ZWEI', '--include', 'r01c01*'];
    const well = (to: string, ...words: readonly string[]) =>
      archive('restore', ...well1, '--to', to, ...words);
    const file = `${images(full.ZWEI)}r01c01f01p01-ch1.tiff`;
    /** A call that has said that it waits, and waits on when it has looked once more. */
    const waiting = async (words: readonly string[]): Promise<{ readonly over: Promise<Ran> }> => {
      const { promise: said, resolve } = Promise.withResolvers<void>();
      const over = lab.me.lab(['archive', ...words, ...batch, '--wait'], '', undefined, text => {
        if (text.startsWith('waiting; what was asked for comes')) resolve();
      });
      await Promise.race([said, over]);
      const isOver = await Promise.race([over.then(() => true), sleep(700, false)]);
      expect(isOver).toBe(false);
      return { over };
    };

    it('a restore to a folder says price and time, asks, and goes on with the same again', async () => {
      const fast = await well('thawed', '--tier', 'Expedited');
      expect([fast.code, fast.err]).toEqual([
        2,
        expect.stringContaining('DEEP_ARCHIVE has no tier Expedited'),
      ]);
      const first = await well('thawed');
      expect(first.err).toMatch(/1 tar in DEEP_ARCHIVE: Bulk takes up to 48 hours and .*copies of 7 days/);
      expect(first.err).toContain('ZWEI: 1 of 1 tar is on the way');
      expect(first.err).toContain("--include 'r01c01*' --to thawed --project P --batch B --local --wait");
      expect(first.code).toBe(4);
      const second = await well('thawed');
      expect([second.code, second.err]).toEqual([4, expect.stringContaining('1 tar on the way already')]);
      await later(49);
      expect((await well('thawed')).code).toBe(0);
      expect(readFileSync(join(lab.me.cwd, 'thawed', file)).equals(Buffer.alloc(3000, 'ZWEIr01c01'))).toBe(
        true,
      );
    });

    it('--wait waits until the copies are there, to a folder', async () => {
      // The copies have gone again.
      await later(300);
      const { over } = await waiting(['restore', ...well1, '--to', 'waited']);
      await later(300 + 49);
      const { code, err } = await over;
      expect(err).toContain('waiting; what was asked for comes whether or not anybody waits');
      expect(code).toBe(0);
      expect(existsSync(join(lab.me.cwd, 'waited', file))).toBe(true);
    });

    it('audit and verification ask for what they will read, and go on when it is there', async () => {
      await later(450);
      const audit = () => archive('audit', 'ZWEI', '--share', '1%');
      const prove = (...words: readonly string[]) => archive('verify', '--plate', 'ZWEI', ...words);
      const first = await prove();
      expect([first.code, first.err]).toEqual([4, expect.stringContaining('nothing was submitted yet')]);
      await later(450 + 49);
      const proven = await prove('--wait');
      expect([proven.code, proven.err]).toEqual([0, expect.stringContaining('3 objects, 9.0 kB, proven')]);
      await later(750);
      const asked = await audit();
      expect([asked.code, asked.err]).toEqual([4, expect.stringContaining('ZWEI: 1 of 1 tar is on the way')]);
      await later(750 + 49);
      expect((await audit()).out).toMatch(/ZWEI +1 +0 +1 of 3 +holds/);
    });

    it('a restore to S3 submits no job before the copies are there', async () => {
      await later(1200);
      /** Without their seconds, which go on for one that waits to be submitted. */
      const runs = async () =>
        (
          JSON.parse((await lab.me.lab(['runs', '--json', '--local'])).out) as {
            run: string;
            state: string;
          }[]
        ).map(({ run, state }) => [run, state]);
      const before = await runs();
      const back = ['--plate', 'ZWEI', '--include', 'r01c01*', '--to', 's3://imaging/back/'];
      const first = await archive('restore', ...back);
      expect([first.code, first.err]).toEqual([4, expect.stringContaining('nothing was submitted yet')]);
      expect(await runs()).toEqual(before);
      const stopping = new AbortController();
      const given = lab.me.lab(
        ['archive', 'restore', ...back, ...batch, '--wait'],
        '',
        stopping.signal,
        text => void (text.startsWith('waiting;') && stopping.abort()),
      );
      expect(await given).toMatchObject({ code: 130, err: expect.stringContaining('nothing was submitted') });
      const { over } = await waiting(['restore', ...back]);
      await later(1200 + 49);
      expect((await over).code).toBe(0);
      expect(await keys('imaging', 'back/')).toEqual([`back/${file}`]);
    });
  });
