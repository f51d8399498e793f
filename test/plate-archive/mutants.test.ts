import { withoutEachCheck } from './mutants.ts';

it('every check of the verifier is needed: without it, something that must be found is not', async () => {
  const { checks, problems } = await withoutEachCheck();
  expect(problems).toEqual([]);
  expect(checks.length).toBeGreaterThanOrEqual(60);
});
