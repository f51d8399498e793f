import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the conformance tests keep what they install. */
export const conformanceCache = (projectRoot: string): string =>
  process.env.LAB_CONFORMANCE_CACHE ?? join(projectRoot, '.lab/conformance');

/**
 * The folder of the aws CLI and the boto3 that `npm run test:conformance -- clients` installs; undefined before it has. Called by its path,
 * no version manager's start is counted as the client's.
 */
export function clientsBin(projectRoot: string): string | undefined {
  const bin = join(conformanceCache(projectRoot), 'clients/bin');
  return existsSync(join(bin, 'aws')) ? bin : undefined;
}

/** PATH with these clients before all others of their name. */
export const pathWithClients = (projectRoot: string): string =>
  [clientsBin(projectRoot), process.env.PATH].filter(Boolean).join(':');

/** Which aws CLI a table is of: its version, and whether it is the conformance tests' or what the machine calls so. */
export function awsCli(projectRoot: string): string {
  const env = { ...process.env, PATH: pathWithClients(projectRoot) };
  const version = execFileSync('aws', ['--version'], { encoding: 'utf8', env }).trim();
  return `${version}${clientsBin(projectRoot) ? '' : " (the machine's own aws: npm run test:conformance -- clients installs one)"}`;
}
