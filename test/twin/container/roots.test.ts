import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { folder, left, project, startProjects } from './bundle-project.ts';

startProjects();

const canIsolate = process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0;
const isolated = canIsolate ? it : it.skip;

/** Runs programs in containers of one twin, each of its own; what it says. */
function twin() {
  const start = project("await import('data:text/javascript,' + encodeURIComponent(process.argv[2]));");
  return async (program: string, scratchMiB?: number): Promise<string> => {
    const { exited, lines } = start({
      command: [program],
      ...(scratchMiB === undefined ? {} : { scratchMiB }),
    });
    const exit = await exited;
    if (exit.exitCode !== 0) throw new Error(`${JSON.stringify(exit)}: ${lines.join('\n')}`);
    return lines.join('\n');
  };
}

/** Says what a container sees of the top and of all that is in its own folders, and where on the host these are. */
const look = `
  const fs = await import('node:fs');
  const seen = {};
  const see = (path, deep) => {
    const stat = fs.lstatSync(path);
    seen[path] = [stat.mode.toString(8), stat.uid];
    if (stat.isSymbolicLink()) seen[path].push(fs.readlinkSync(path));
    if (stat.isFile() && deep) seen[path].push(fs.readFileSync(path, 'utf8'));
    if (stat.isDirectory() && deep) for (const name of fs.readdirSync(path)) see(path + '/' + name, true);
  };
  see('/', false);
  for (const name of fs.readdirSync('/')) see('/' + name, ['scratch', 'data_in', 'data_out'].includes(name));
  console.log(JSON.stringify(seen));
  console.log(/ (\\S+)\\/scratch \\/scratch /.exec(fs.readFileSync('/proc/self/mountinfo', 'utf8'))[1]);`;

const sh = (script: string): string =>
  `(await import('node:child_process')).execFileSync('sh', ['-c', ${JSON.stringify(script)}]);`;

/** Containers that leave something, one after the other: what each saw of the one before it, and whether it had its folders. */
async function inTurn(leavings: Readonly<Record<string, string>>) {
  const runs = twin();
  const all = [...Object.entries(leavings), ['nothing', '']] as const;
  const seen: (readonly [seen: string, base: string])[] = [];
  for (const [, leave] of all) {
    const [what = '', base = ''] = (await runs(`${look} ${leave}`)).split('\n');
    seen.push([what, base]);
  }
  return Object.fromEntries(
    Object.keys(leavings).map((name, i) => [
      name,
      {
        seen: seen[i + 1]![0] === seen[0]![0] ? 'nothing' : seen[i + 1]![0],
        folders: seen[i + 1]![1] === seen[i]![1] ? 'its own' : 'others',
      },
    ]),
  );
}

const each = (leavings: object, expected: object): object =>
  Object.fromEntries(Object.keys(leavings).map(name => [name, expected]));

describe('what a container has left is not seen by the next', () => {
  isolated('in its own folders, which the next one gets', async () => {
    const leavings = {
      'files, links, folders, pipes': sh(`
        for each in /scratch /data_in /data_out; do
          mkdir -p $each/a/b/c $each/closed
          echo mine | tee $each/mine $each/.mine $each/a/b/c/mine > $each/closed/mine
          ln -s /etc $each/link; ln -s . $each/self; mkfifo $each/pipe
          chmod 0 $each/closed $each/mine
        done`),
      'a socket':
        "await new Promise(up => import('node:net').then(net => net.createServer().listen('/scratch/socket', up))); process.exit();",
      'what is deep in a folder': sh('mkdir -p /data_out/a/b && echo mine > /data_out/a/b/mine'),
      'another mode of scratch': sh('chmod 700 /scratch'),
      'other modes of data': sh('chmod 0 /data_in && chmod +t /data_out'),
      'no mark of scratch': sh('rm /scratch/.arraylab-scratch'),
      'another mark of scratch': sh('echo mine > /scratch/.arraylab-scratch'),
      'a mark that leads elsewhere': sh('ln -sf /etc/passwd /scratch/.arraylab-scratch'),
      'a mount of its own': sh('mount -t tmpfs tmpfs /data_in && touch /data_in/mine'),
      nothing: '',
    };
    expect(await inTurn(leavings)).toEqual(each(leavings, { seen: 'nothing', folders: 'its own' }));
    expect(left()).toHaveLength(1);
  });

  isolated('elsewhere in its root, which no other gets', async () => {
    const leavings = {
      'a file at the top': sh('echo mine > /mine'),
      'a folder at the top': sh('mkdir /mine'),
      'another mode of the top': sh('chmod 700 /'),
      'a link of the top that leads elsewhere': `fs.rmSync('/bin'); fs.symlinkSync('elsewhere', '/bin');`,
      'a file under a mount': sh('umount /data_in && touch /data_in/mine'),
      'another mode under a mount': sh('umount /data_out && chmod 0 /data_out'),
    };
    expect(await inTurn(leavings)).toEqual(each(leavings, { seen: 'nothing', folders: 'others' }));
    expect(left()).toHaveLength(1);
  });

  isolated('nor kept for it at the top', async () => {
    await twin()(sh('head -c 1000000 /dev/zero > /mine'));
    expect(left()).toEqual([]);
  });

  isolated('by a process that may still write', async () => {
    await twin()(
      `const { spawn } = await import('node:child_process');
       spawn('sh', ['-c', 'while :; do echo x > /scratch/mine; done'], { detached: true, stdio: 'ignore' }).unref();`,
    );
    expect(left()).toEqual([]);
  });

  isolated('in files that cannot be removed', async () => {
    const leave = `try { ${sh('touch /scratch/mine && chattr +i /scratch/mine')} } catch {}`;
    try {
      const { immovable } = await inTurn({ immovable: leave });
      expect(immovable?.seen).toBe('nothing');
      // Not every file system has such files, and not everyone may make them.
      expect(immovable?.folders).toBe(left().length === 2 ? 'others' : 'its own');
    } finally {
      for (const base of left()) spawnSync('chattr', ['-i', join(folder(), base, 'scratch/mine')]);
    }
  });
});

isolated('containers that run together have folders of their own, which the next ones get', async () => {
  const run = twin();
  const mine = (name: string): string =>
    `${look} fs.writeFileSync('/scratch/${name}', ''); await new Promise(done => setTimeout(done, 300));
     console.log(fs.readdirSync('/scratch').join());`;
  const both = async (): Promise<readonly string[]> =>
    (await Promise.all([run(mine('a')), run(mine('b'))])).map(lines => lines.split('\n').at(-1)!);
  expect(await both()).toEqual(['.arraylab-scratch,a', '.arraylab-scratch,b']);
  const before = left();
  expect(before).toHaveLength(2);
  expect(await both()).toEqual(['.arraylab-scratch,a', '.arraylab-scratch,b']);
  expect(left()).toEqual(before);
});

isolated('folders that somebody has removed are made anew', async () => {
  const run = twin();
  const [seen] = (await run(look)).split('\n');
  for (const base of left()) rmSync(join(folder(), base), { recursive: true });
  expect((await run(look)).split('\n')[0]).toBe(seen);
});

isolated('a disk of a given size is one container’s alone', async () => {
  const run = twin();
  const size = `const { statfsSync } = await import('node:fs');
    const { blocks, bsize } = statfsSync('/scratch'); console.log(blocks * bsize);`;
  const before = await run(size);
  expect(await run(size, 1)).toBe(String(1024 * 1024));
  expect(await run(size)).toBe(before);
});

isolated('the root of a container is a file system, of which a tool can ask how full it is', async () => {
  const df = `const { execFileSync } = await import('node:child_process');
    console.log(execFileSync('df', ['/'], { encoding: 'utf8' }));`;
  expect(await twin()(df)).toMatch(/ \/$/m);
});

isolated('folders of a twin that has ended are removed by the next one', async () => {
  await twin()(look);
  expect(left()).toHaveLength(1);
  twin();
  expect(left()).toEqual([]);
});
