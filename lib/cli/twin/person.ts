import { personEnv } from '../../contract/workload/env.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { Person } from '../../twin/access/people.ts';

/** As whom a person can come; those of `lib/twin/access/people.ts`, which is not loaded for a word. */
const persons: readonly Person[] = ['members', 'keepers', 'deployer', 'datasets'];

/** As LAB_TWIN_AS says; a member otherwise. */
export const personOf = (environment: NodeJS.ProcessEnv): Person =>
  readPerson(environment[personEnv.twinAs] ?? 'members', personEnv.twinAs);

/** What stands before a command that keepers alone may give, where nobody is named that may, too. */
export const keeperWords = (environment: NodeJS.ProcessEnv): string =>
  /^(keepers|deployer)$/.test(personOf(environment)) ? '' : `${personEnv.twinAs}=keepers `;

/** Throws LabError for a word that is none of them. */
export function readPerson(text: string, where: string): Person {
  const found = persons.find(each => each === text);
  if (found) return found;
  throw new LabError({
    where,
    message: `${text} is nobody that the twin knows`,
    fix: `one of ${persons.join(', ')}`,
  });
}
