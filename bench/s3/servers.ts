import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** What every server is told, and every request is signed with; s3rver knows no other. */
export const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

/** A server that speaks S3 over a folder. */
export interface Kind {
  readonly name: string;
  /** What it does not do, that ours does. */
  readonly without: string;
  command(port: number, folder: string): readonly string[];
}

export interface Running {
  readonly port: number;
  /** User and system time since it started, in seconds. */
  cpuSeconds(): number;
  /** The most memory that it ever held, in MiB. */
  peakMiB(): number;
  stop(): Promise<void>;
}

/** Ours, and those that are in `folder` (see README.md). */
export function kinds(projectRoot: string, folder: string): Kind[] {
  const all: (Kind & { readonly needs: string })[] = [
    {
      name: 'Arraylab’s twin',
      without: '',
      needs: process.execPath,
      command: (port, data) => [process.execPath, join(projectRoot, 'bench/s3/serve.ts'), data, String(port)],
    },
    {
      name: 'rclone serve s3',
      without: 'checksums beside MD5',
      needs: join(folder, 'bin/rclone'),
      command: (port, data) => [
        join(folder, 'bin/rclone'),
        ...['serve', 's3', '--auth-key', `${keys.accessKeyId},${keys.secretAccessKey}`],
        ...['--addr', `127.0.0.1:${port}`, '--vfs-cache-mode', 'off', '--config', '/dev/null', data],
      ],
    },
    {
      name: 'moto_server',
      without: 'files, signatures',
      needs: join(folder, 'bin/moto_server'),
      command: port => [join(folder, 'bin/moto_server'), '-H', '127.0.0.1', '-p', String(port)],
    },
    {
      name: 's3rver',
      without: 'checksums',
      needs: join(folder, 'node_modules/s3rver/bin/s3rver.js'),
      command: (port, data) => [
        process.execPath,
        join(folder, 'node_modules/s3rver/bin/s3rver.js'),
        ...['--directory', data, '--address', '127.0.0.1', '--port', String(port), '--silent'],
      ],
    },
  ];
  return all.filter(each => existsSync(each.needs));
}

/** Starts a server with an empty folder of its own. Rejects when it does not listen in 30 s. */
export async function start(kind: Kind, data: string): Promise<Running> {
  await mkdir(data, { recursive: true });
  const port = await freePort();
  const [program = '', ...args] = kind.command(port, data);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-4000);
  });
  const deadline = Date.now() + 30_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${kind.name}: ${said}`);
    await new Promise(go => setTimeout(go, 100));
  }
  return {
    port,
    cpuSeconds: () => cpuSeconds(child.pid ?? 0),
    peakMiB: () =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise(go => child.once('exit', go));
  child.kill('SIGKILL');
  await gone;
}

/** Fields 14 and 15 of proc(5)'s stat, in ticks of 10 ms; the name before them may hold blanks. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}
