import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { bcftools } from './stand-in/bcftools.ts';
import { runStandIn } from './stand-in/program.ts';

/** What a program was started with, in the order in which it says so. */
interface Called {
  readonly tool: string;
  readonly cwd: string;
  readonly pid: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A folder with the stand-ins as programs that say by what they were called and have it done here: the shell's start is a tenth of
 * Node's, and a run makes fifty. They work with their caller's environment alone, on the files that it sees: its root, where it has
 * one of its own, is the kernel's to say. `environment` is theirs beside the job's.
 */
export async function startTools(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ close(): Promise<void> }> {
  const server = createServer(socket => void serve(socket, environment));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  mkdirSync(folder, { recursive: true });
  for (const tool of ['tiledbvcf', 'bcftools']) {
    writeFileSync(join(folder, tool), program(tool, (server.address() as AddressInfo).port));
    chmodSync(join(folder, tool), 0o755);
  }
  return { close: () => closed(server) };
}

const program = (tool: string, port: number): string => `#!/bin/bash
exec 3<>/dev/tcp/127.0.0.1/${port}
{ printf '%s\\0' ${tool} "$PWD" $$ $# "$@"; env -0; printf '\\0'; } >&3
while IFS= read -r -u 3 line; do
  case $line in
    o*) printf '%s\\n' "\${line:1}" ;;
    e*) printf '%s\\n' "\${line:1}" >&2 ;;
    x*) exit "\${line:1}" ;;
  esac
done
exit 137
`;

async function serve(socket: Socket, more: Readonly<Record<string, string>>): Promise<void> {
  socket.on('error', () => undefined);
  let said = '';
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.endsWith('\0\0') && isWhole(said)) break;
  }
  const { tool, cwd, pid, args, environment } = calledBy(said);
  const tell = (kind: string) => (text: string) => {
    for (const line of text.replace(/\n$/, '').split('\n')) socket.write(`${kind}${line}\n`);
  };
  const at = (path: string): string => `${rootOf(pid)}${resolve(cwd, path)}`;
  try {
    const exitCode =
      tool === 'bcftools'
        ? bcftools(args, at)
        : await runStandIn(args, {
            at,
            environment: { ...environment, ...more },
            out: tell('o'),
            err: tell('e'),
          });
    socket.end(`x${exitCode}\n`);
  } catch (error) {
    tell('e')(String(error));
    socket.end('x1\n');
  }
}

/** Elsewhere containers have the host's own root. */
const rootOf = (pid: string): string => (process.platform === 'linux' ? `/proc/${pid}/root` : '');

/** Whether the empty word at the end is the one behind the environment, and no argument. */
const isWhole = (said: string): boolean => {
  const [, , , count = ''] = said.split('\0', 4);
  return said.split('\0').length > Number(count) + 5;
};

function calledBy(said: string): Called {
  const [tool = '', cwd = '', pid = '', count = '', ...words] = said.split('\0');
  const pairs = words.slice(Number(count)).filter(Boolean);
  return {
    ...{ tool, cwd, pid, args: words.slice(0, Number(count)) },
    environment: Object.fromEntries(
      pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  };
}

const closed = (server: Server): Promise<void> => new Promise(done => server.close(() => done()));
