import { readFile } from 'node:fs/promises';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';

it('README tells every exit code', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const section = /^## Exit codes\n(.*?)\n## /ms.exec(readme)![1]!;
  // 1 to 6 and 130 are the command line's, the others its containers'.
  const told = [...section.matchAll(/(?<=^|[:·]\s)(\d+)(?= )/gm)].map(([code]) => Number(code));
  expect(Object.values(exitCodes).filter(code => !told.includes(code))).toEqual([]);
});
