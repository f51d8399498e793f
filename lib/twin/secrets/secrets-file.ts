import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from './secret.ts';

export interface SecretsFile {
  /** Runs one call at a time over what is on disk; what it changed is on disk before it resolves. */
  use<T>(work: (secrets: Map<string, Secret>) => { output: T; changed?: true }): Promise<T>;
}

/** The file that holds every secret of the twin, mode 0600, replaced whole. */
export function secretsFile(folder: string): SecretsFile {
  const path = join(folder, 'secrets.json');
  let last: Promise<unknown> = Promise.resolve();
  return {
    use: work => {
      const mine = last
        .catch(() => undefined)
        .then(async () => {
          const secrets = await read(path);
          const { output, changed } = work(secrets);
          if (changed) await replace(folder, path, secrets);
          return output;
        });
      last = mine;
      return mine;
    },
  };
}

async function read(path: string): Promise<Map<string, Secret>> {
  try {
    const list = JSON.parse(await readFile(path, 'utf8')) as Secret[];
    return new Map(list.map(secret => [secret.name, secret]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

async function replace(folder: string, path: string, secrets: ReadonlyMap<string, Secret>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify([...secrets.values()], undefined, 1));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
