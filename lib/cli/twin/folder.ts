import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import type { RunApp } from '../../build/run-app.ts';
import { personEnv } from '../../contract/workload/env.ts';
import { refuse } from '../../contract/workload/errors.ts';

/** Where a twin of this project keeps its state, and what it is made from. */
export interface TwinFolder {
  readonly projectRoot: string;
  readonly configFile: string;
  readonly folder: string;
  /** Synthesized templates, of all twins of the project. */
  readonly templates: string;
  /** Makes the template; a process of its own when left out. */
  readonly runApp?: RunApp;
  /** Folders of the programs that the workloads' images would hold. */
  readonly tools: readonly string[];
}

export const twinFolderOf = (world: {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly projectRoot: string;
  readonly twinFolder?: string;
  readonly templates?: string;
  readonly runApp?: RunApp;
  readonly configFile?: string;
}): TwinFolder => ({
  projectRoot: world.projectRoot,
  configFile: world.configFile ?? join(world.projectRoot, 'lab.config.ts'),
  folder:
    world.twinFolder ??
    resolve(world.cwd, world.environment[personEnv.twinFolder] || join(world.projectRoot, '.lab', 'twin')),
  templates: world.templates ?? join(world.projectRoot, '.lab', 'templates'),
  ...(world.runApp ? { runApp: world.runApp } : {}),
  tools: toolFolders(world.environment[personEnv.tools], world.cwd),
});

/** The folders of a list with colons between. Throws LabError for those that are not there. */
export function toolFolders(text: string | undefined, cwd: string): readonly string[] {
  const folders = (text ?? '').split(delimiter).filter(folder => folder !== '');
  refuse(
    folders
      .filter(folder => !existsSync(resolve(cwd, folder)))
      .map(folder => ({
        where: `tools ${folder}`,
        message: 'there is no such folder',
        fix: 'name the folder that the programs are in, for example /opt/venv/bin',
      })),
  );
  return folders.map(folder => resolve(cwd, folder));
}

/** Everything that a twin remembers. */
export const stateFolder = (home: TwinFolder): string => join(home.folder, 'state');
export const serverFile = (home: TwinFolder): string => join(home.folder, 'server.json');

/** Deletes the twin's state. */
export async function resetTwin(home: TwinFolder): Promise<void> {
  await rm(home.folder, { recursive: true, force: true });
}
