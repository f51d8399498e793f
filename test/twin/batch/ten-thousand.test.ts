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
  // How much V8 lets lie around goes by how quick the machine is; what is held does not, and has to fit here. Large young halves
  // would count as part of it, and V8 would collect all of it again and again.
  const node = [
    '--expose-gc',
    '--max-old-space-size=64',
    '--max-semi-space-size=4',
    script,
    folder,
    String(arrays),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  rmSync(folder, { recursive: true, force: true });
  const { ended, heldMiB } = JSON.parse(stdout) as { ended: number[]; heldMiB: number };
  expect(ended).toEqual(Array.from({ length: arrays }, () => 10_000));
  // 37; Node with the SDK alone holds 11.
  expect(heldMiB).toBeLessThan(60);
});
