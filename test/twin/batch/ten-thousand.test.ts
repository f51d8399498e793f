import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runs } from '../../helpers/runs.ts';

const arrays = runs(2, 1);

it('arrays of 10,000 children that do nothing end, every one, in bounded memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ten-thousand-'));
  const script = join(import.meta.dirname, 'ten-thousand.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, String(arrays)]);
  rmSync(folder, { recursive: true, force: true });
  const { ended, peakMiB } = JSON.parse(stdout) as { ended: number[]; peakMiB: number };
  expect(ended).toEqual(Array.from({ length: arrays }, () => 10_000));
  // A peak of 153 MiB for one array, 178 for two, 239 for three; Node with the SDK alone takes 69.
  expect(peakMiB).toBeLessThan(300);
});
