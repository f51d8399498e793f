import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checks, firstCheck } from '../../lib/doctor/checks.ts';

const rows = readFileSync(resolve(import.meta.dirname, '../../docs/doctor.md'), 'utf8')
  .split('\n')
  .filter(line => line.startsWith('| '))
  .map(line => line.split('|').map(cell => cell.trim()));

it.each([firstCheck, ...checks].map(check => [check.name, check.needs] as const))(
  'docs/doctor.md has the check %s with the permissions that it takes',
  (name, needs) => {
    const row = rows.find(([, names]) => names!.split(', ').includes(name));
    const actions = [...(row?.[3] ?? '').matchAll(/`([a-z0-9-]+:\w+)`/g)].map(found => found[1]!);
    expect(actions).toEqual(expect.arrayContaining([...needs]));
  },
);

it('doctor takes no permission that changes anything', () => {
  for (const action of [firstCheck, ...checks].flatMap(check => check.needs))
    expect(action).toMatch(/:(Get|List|Describe|BatchGet)/);
});
