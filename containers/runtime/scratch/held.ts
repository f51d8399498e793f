import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** How the name of a socket begins until somebody listens. */
export const notYet = '.new-';

/** Longest path of a socket that every system takes, in bytes. */
const longestPath = 100;

/**
 * A sign that this process lives, which the jobs of all other containers of the host can see: a socket below the scratch
 * volume. The kernel closes it with the process, however that ends, so what a killed job left is told from what a
 * running one needs, with no clock to be wrong about. It gets its name once it is listened to: before, it would look as what
 * is left of a process that has ended.
 */
export async function hold(path: string): Promise<() => Promise<void>> {
  const pending = join(dirname(path), `${notYet}${basename(path)}`);
  await rm(pending, { force: true });
  const server: Server = createServer(socket => socket.destroy());
  server.unref();
  await atShortPath(
    pending,
    short =>
      new Promise<void>((done, fail) => {
        server.once('error', fail);
        server.listen({ path: short, readableAll: true, writableAll: true }, done);
      }),
  );
  await rename(pending, path);
  return async () => {
    await new Promise(done => server.close(done));
    await rm(path, { force: true });
  };
}

/** Whether the process that holds it lives. */
export function isHeld(path: string): Promise<boolean> {
  return atShortPath(
    path,
    short =>
      new Promise<boolean>(done => {
        const socket = connect(short);
        socket.once('connect', () => {
          socket.destroy();
          done(true);
        });
        // Nobody listens, or there is none. Another error, as of a right that lacks, is no proof that nobody lives.
        socket.once('error', (error: NodeJS.ErrnoException) =>
          done(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
        );
      }),
  );
}

/** Sockets have short names only, and a twin's folder may be deep: the folder as this process has it open then stands for it. */
async function atShortPath<T>(path: string, use: (short: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= longestPath) return use(path);
  if (process.platform !== 'linux') return atLink(path, use);
  const folder = await open(dirname(path));
  try {
    return await use(join('/proc/self/fd', String(folder.fd), basename(path)));
  } finally {
    await folder.close();
  }
}

/** Where there is no /proc, a link to the folder. */
async function atLink<T>(path: string, use: (short: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 's-'));
  try {
    symlinkSync(dirname(path), join(folder, 'l'));
    return await use(join(folder, 'l', basename(path)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
