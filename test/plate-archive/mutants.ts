import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { checkTar } from '../../containers/plate-archive/verifier/check-tar.ts';
import { verifyPlate } from '../../containers/plate-archive/verifier/verify-plate.ts';
import { corruptions } from './corruptions/corruptions.ts';
import { smallPlate } from './corruptions/small-plate.ts';
import type { Corruption } from './corruptions/spoil.ts';

const root = join(import.meta.dirname, '../..');
const verifier = join(root, 'containers/plate-archive/verifier');

interface Programs {
  readonly verifyPlate: typeof verifyPlate;
  readonly checkTar: typeof checkTar;
}

/** Names of the checks that found something, or `proven`. */
async function outcome({ spoil }: Corruption, programs: Programs): Promise<string> {
  const lab = smallPlate();
  const { digest } = await lab.archive();
  const spoiled = await spoil(lab, digest);
  const [source, archive] = [lab.s3.store('live'), lab.s3.store('cold')];
  try {
    const verdict = await lab.verify(
      spoiled,
      { checkTar: check => programs.checkTar({ ...check, source, archive }) },
      programs.verifyPlate,
    );
    const found = [...new Set(verdict.findings.list.map(({ check }) => check))].sort();
    return verdict.proof ? 'proven' : found.join(' ');
  } catch (error) {
    return `threw: ${(error as Error).message}`;
  }
}

/** The check's call, with whatever stands before its name. */
const callOf = /\b((?:found|findings|is|this\.#found)(?:\.check)?)\(\s*'([a-z0-9-]+)',/g;
/** What answers that all is well where the check is the one that is taken away: a name in the process, as modules are loaded once. */
const unlessTaken = "((...given) => given[0] === globalThis.takenAway || $1(...given))('$2',";
const taken = globalThis as { takenAway?: string };

/** The verifier, each of whose checks can be taken away. */
async function mutable(folder: string): Promise<Programs> {
  const own = join(folder, 'containers/plate-archive');
  mkdirSync(own, { recursive: true });
  cpSync(verifier, join(own, 'verifier'), { recursive: true });
  for (const name of ['jobs', 'lib']) symlinkSync(join(root, name), join(folder, name));
  for (const name of readdirSync(join(own, 'verifier'))) {
    const path = join(own, 'verifier', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(callOf, unlessTaken));
  }
  const verify = (await import(
    join(own, 'verifier/verify-plate.ts')
  )) as typeof import('../../containers/plate-archive/verifier/verify-plate.ts');
  const tar = (await import(
    join(own, 'verifier/check-tar.ts')
  )) as typeof import('../../containers/plate-archive/verifier/check-tar.ts');
  return { verifyPlate: verify.verifyPlate, checkTar: tar.checkTar };
}

export interface Mutated {
  readonly checks: readonly string[];
  /** What is found without what it was made for, and checks that nothing needs. */
  readonly problems: readonly string[];
}

/**
 * Takes every check of the verifier away in turn and sees whether something notices: of a check that no corruption needs nobody knows
 * that it checks.
 */
export async function withoutEachCheck(): Promise<Mutated> {
  const problems: string[] = [];
  const usual = new Map<Corruption, string>();
  for (const corruption of corruptions) {
    const found = await outcome(corruption, { verifyPlate, checkTar });
    usual.set(corruption, found);
    if (!found.split(' ').includes(corruption.check))
      problems.push(`${corruption.what}: found ${found}, not ${corruption.check}`);
  }
  const checks = namesOfChecks();
  mkdirSync(join(root, '.lab'), { recursive: true });
  const folder = mkdtempSync(join(root, '.lab/mutants-'));
  try {
    const programs = await mutable(folder);
    for (const check of checks) {
      taken.takenAway = check;
      const aimed = corruptions.filter(corruption => usual.get(corruption)!.split(' ').includes(check));
      let isNoticed = false;
      for (const corruption of aimed)
        isNoticed ||= (await outcome(corruption, programs)) !== usual.get(corruption);
      if (!isNoticed) problems.push(`without ${check} nothing is missed`);
    }
  } finally {
    delete taken.takenAway;
    rmSync(folder, { recursive: true, force: true });
  }
  return { checks, problems };
}

function namesOfChecks(): readonly string[] {
  const text = readdirSync(verifier)
    .map(name => readFileSync(join(verifier, name), 'utf8'))
    .join('\n');
  const named = [...text.matchAll(/\b(?:check|is)\(\s*'([a-z0-9-]+)',/g)].map(found => found[1]!);
  return [...new Set(named)].sort();
}
