import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

it('every check of the verifier is needed: without it, something that must be found is not', () => {
  const said = execFileSync(process.execPath, [join(import.meta.dirname, 'mutants.ts')], {
    encoding: 'utf8',
  });
  const [, checks] = /^(\d+) checks, \d+ corruptions\n$/.exec(said) ?? [said];
  expect(Number(checks)).toBeGreaterThanOrEqual(60);
});
