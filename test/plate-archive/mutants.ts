/**
 * Takes every check of the verifier away in turn and sees whether something notices: `node mutants.ts`. Exits with 1 for a
 * check that no test needs, for then nobody knows that it checks.
 */
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
const callOf = (check: string): RegExp =>
  new RegExp(`\\b(?:found|findings|is|this\\.#found)(?:\\.check)?\\(\\s*'${check}',`, 'g');
const always = (check: string): string => `((..._: readonly unknown[]) => true)('${check}',`;

async function mutant(folder: string, check: string): Promise<Programs> {
  const own = join(folder, check, 'containers/plate-archive');
  mkdirSync(own, { recursive: true });
  cpSync(verifier, join(own, 'verifier'), { recursive: true });
  for (const name of ['jobs', 'lib']) symlinkSync(join(root, name), join(folder, check, name));
  for (const name of readdirSync(join(own, 'verifier'))) {
    const path = join(own, 'verifier', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(callOf(check), always(check)));
  }
  const verify = (await import(
    join(own, 'verifier/verify-plate.ts')
  )) as typeof import('../../containers/plate-archive/verifier/verify-plate.ts');
  const tar = (await import(
    join(own, 'verifier/check-tar.ts')
  )) as typeof import('../../containers/plate-archive/verifier/check-tar.ts');
  return { verifyPlate: verify.verifyPlate, checkTar: tar.checkTar };
}

const text = readdirSync(verifier)
  .map(name => readFileSync(join(verifier, name), 'utf8'))
  .join('\n');
const checks = [
  ...new Set([...text.matchAll(/\b(?:check|is)\(\s*'([a-z0-9-]+)',/g)].map(found => found[1]!)),
].sort();
const problems: string[] = [];
const usual = new Map<Corruption, string>();
for (const corruption of corruptions) {
  const found = await outcome(corruption, { verifyPlate, checkTar });
  usual.set(corruption, found);
  if (!found.split(' ').includes(corruption.check))
    problems.push(`${corruption.what}: found ${found}, not ${corruption.check}`);
}
mkdirSync(join(root, '.lab'), { recursive: true });
const folder = mkdtempSync(join(root, '.lab/mutants-'));
try {
  for (const check of checks) {
    const programs = await mutant(folder, check);
    const aimed = corruptions.filter(corruption => usual.get(corruption)!.split(' ').includes(check));
    let isNoticed = false;
    for (const corruption of aimed)
      isNoticed ||= (await outcome(corruption, programs)) !== usual.get(corruption);
    if (!isNoticed) problems.push(`without ${check} nothing is missed`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${checks.length} checks, ${corruptions.length} corruptions\n`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
