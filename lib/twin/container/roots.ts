import { randomUUID } from 'node:crypto';
import {
  type Dirent,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ContainerFolders, makeFolders, removeFolder, sentinelIn } from './folders.ts';

/** Folders of a container, and a root that is put together of the host's and them. */
export interface ContainerRoot extends ContainerFolders {
  /** Has a place for each of the host's top-level folders and files, and for those of the container. */
  readonly root: string;
  /** What is mounted on the places: a file as fstab(5) has it. */
  readonly table: string;
}

/**
 * The roots of containers that have file systems of their own. One whose container has ended is the next one's, as if it were new:
 * to put one together and take it apart takes longer than a small job. What a container has left is never seen by another.
 */
export class ContainerRoots {
  private readonly folder: string;
  private readonly idle: ContainerRoot[] = [];
  /** When each path of a root was last changed, and the host's own root: ctime, which no program can set. */
  private readonly changes = new WeakMap<ContainerRoot, Map<string, bigint | undefined>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  take(): ContainerRoot {
    for (let root = this.idle.pop(); root; root = this.idle.pop()) {
      if (this.isAsMade(root, ...this.changes.get(root)!.keys())) return root;
      removeFolder(root.base);
    }
    return this.make();
  }

  /** After the end of all that ran in it. */
  giveBack(root: ContainerRoot): void {
    try {
      this.renew(root, root.dataIn);
      this.renew(root, root.dataOut);
      this.renew(root, root.scratch, sentinelIn(root));
      if (this.isAsMade(root, root.root)) this.idle.push(root);
      else removeFolder(root.base);
    } catch {
      // It could not be emptied.
      removeFolder(root.base);
    }
  }

  private make(): ContainerRoot {
    const host = lastChange('/');
    // No other twin's has the name, by which processes are known.
    const folders = makeFolders(join(this.folder, randomUUID()));
    const root = { ...folders, root: join(folders.base, 'root'), table: join(folders.base, 'mounts') };
    const places = putTogether(root);
    const own = [root.root, root.table, root.scratch, sentinelIn(root), root.dataIn, root.dataOut];
    this.changes.set(root, new Map([['/', host]]));
    this.note(root, ...own, ...places);
    return root;
  }

  private note(root: ContainerRoot, ...paths: readonly string[]): void {
    for (const path of paths) this.changes.get(root)!.set(path, lastChange(path));
  }

  private isAsMade(root: ContainerRoot, ...paths: readonly string[]): boolean {
    return paths.every(path => lastChange(path) === this.changes.get(root)!.get(path));
  }

  /** Makes a folder anew, with an empty file in it or none, unless nothing of it has changed. */
  private renew(root: ContainerRoot, folder: string, ...files: readonly string[]): void {
    if (this.isAsMade(root, folder, ...files)) return;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const file of files) writeFileSync(file, '');
    this.note(root, folder, ...files);
  }
}

const lastChange = (path: string): bigint | undefined =>
  lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ctimeNs;

/** What a container has of its own, or of the kernel, at the top. */
const ownTops = ['proc', 'scratch', 'data_in', 'data_out'];

/** Makes a root with all its places, which are answered, and its table of mounts. */
function putTogether({ root, table, scratch, dataIn, dataOut }: ContainerRoot): readonly string[] {
  const at = (name: string): string => join(root, name);
  const tops = readdirSync('/', { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && !ownTops.includes(name),
  );
  const named = (is: (top: Dirent) => boolean): readonly string[] => tops.filter(is).map(({ name }) => name);
  const folders = named(top => top.isDirectory());
  const links = named(top => top.isSymbolicLink());
  const files = named(top => top.isFile());
  mkdirSync(root);
  for (const name of [...folders, ...ownTops]) mkdirSync(at(name));
  for (const name of links) symlinkSync(readlinkSync(`/${name}`), at(name));
  for (const name of files) writeFileSync(at(name), '');
  const mounts = [
    // What is no mount has no file system that a tool could ask for.
    [root, root, 'bind'],
    ...[...folders, 'proc', ...files].map(name => [`/${name}`, at(name), 'rbind']),
    [scratch, at('scratch'), 'bind'],
    [dataIn, at('data_in'), 'bind'],
    [dataOut, at('data_out'), 'bind'],
  ];
  writeFileSync(
    table,
    mounts.map(([from = '', to = '', how]) => `${inTable(from)} ${inTable(to)} none ${how} 0 0\n`).join(''),
  );
  return [...folders, ...ownTops, ...links, ...files].map(at);
}

/** A path in a table of mounts, as fstab(5) has it. */
const inTable = (path: string): string =>
  path.replace(/[\s\\]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
