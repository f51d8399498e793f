import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Of the repository that the folder is in; undefined where it is in none, or git is not there. */
export async function commitOf(folder: string): Promise<string | undefined> {
  if (!isInRepository(folder)) return undefined;
  const options = { cwd: folder, timeout: 5000 };
  // Never by a tag's name: tags move.
  const asked = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const found = await run('git', asked, options).catch(() => undefined);
  return found?.stdout.trim() || undefined;
}

/** Lists are often in a folder of no repository, and git's start costs a submission more than a look. */
const isInRepository = (folder: string): boolean =>
  process.env.GIT_DIR !== undefined ||
  existsSync(join(folder, '.git')) ||
  (dirname(folder) !== folder && isInRepository(dirname(folder)));
