import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { conformanceCache } from '../clients.ts';

/** Whoever answers, with objects in `live`. */
export interface BenchServer {
  readonly url: string;
  /** Takes away what the last way left, and puts back what it took. */
  reset(): Promise<void>;
  stop(): void;
}

/** Credentials that all ways have; the stand-in looks at none. */
export const keys = { AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'secretsecret' };

/** S3 in memory, in Go: built here. Answers its program. */
export function buildStandIn(projectRoot: string): string {
  const cache = join(projectRoot, '.lab/bench');
  mkdirSync(cache, { recursive: true });
  const program = join(cache, 'stand-in-s3');
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: join(projectRoot, 'bench/archive/stand-in'),
    stdio: 'inherit',
  });
  return program;
}

export async function standIn(
  program: string,
  {
    objects,
    size,
    prefix = 'p/',
  }: { readonly objects: number; readonly size: number; readonly prefix?: string },
): Promise<BenchServer> {
  const words = ['-objects', String(objects), '-size', String(size), '-prefix', prefix];
  const server = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<string>(done =>
    server.stdout.once('data', chunk => done(String(chunk).trim())),
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async reset() {
      await fetch(`${url}/-/forget`);
      await fetch(`${url}/-/refill`);
    },
    stop: () => void server.stdin.end(),
  };
}

const version = 'v1.8.0';

/**
 * versitygw, an S3 server that we did not write, from the Go module proxy, with its folder in memory; undefined where it cannot be
 * had. `fill` puts the objects into it.
 */
export async function versitygw(
  projectRoot: string,
  fill: (url: string) => Promise<unknown>,
): Promise<BenchServer | undefined> {
  const bin = join(conformanceCache(projectRoot), `versitygw-${version}`);
  try {
    execFileSync(join(bin, 'versitygw'), ['--version'], { stdio: 'ignore' });
  } catch {
    mkdirSync(bin, { recursive: true });
    const env = { ...process.env, GOBIN: bin, GOFLAGS: '-p=2' };
    const module = `github.com/versity/versitygw/cmd/versitygw@${version}`;
    try {
      execFileSync('go', ['install', module], { env, stdio: 'inherit' });
    } catch {
      return undefined;
    }
  }
  const work = mkdtempSync('/dev/shm/lab-bench-gw-');
  const folders = ['data', 'meta'].map(name => join(work, name));
  for (const folder of folders) mkdirSync(folder);
  const [data, meta] = folders as [string, string];
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(
    join(bin, 'versitygw'),
    [
      ...['--port', `127.0.0.1:${port}`, '--region', 'us-east-1', '--quiet'],
      ...['posix', '--sidecar', meta, data],
    ],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY,
      },
    },
  );
  const stop = (): void => {
    server.kill();
    rmSync(work, { recursive: true, force: true });
  };
  try {
    for (let tries = 0; !(await fetch(url).catch(() => undefined)); tries++) {
      if (tries === 100) throw new Error('versitygw does not answer');
      await sleep(100);
    }
    await fill(url);
  } catch (error) {
    stop();
    throw error;
  }
  return {
    url,
    async reset() {
      for (const folder of folders) rmSync(join(folder, 'cold'), { recursive: true, force: true });
      mkdirSync(join(data, 'cold'));
    },
    stop,
  };
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => done(port));
    });
  });
