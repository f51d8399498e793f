import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A temporary folder of this run's own, for every worker and what it starts; it goes with the run. CDK's App makes a folder in
 * it as soon as it is constructed, and a test that was interrupted cleans up nothing.
 */
export default function ownTemporaryFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'arraylab-test-'));
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
