import { ofBag } from './of-bag.ts';
import { ofLists } from './of-lists.ts';
import { ofMembers } from './of-members.ts';
import { ofSources } from './of-sources.ts';
import { ofTars } from './of-tars.ts';
import type { Corruption } from './spoil.ts';

/** Every check of the verifier has one at the least that it alone tells. */
export const corruptions: readonly Corruption[] = [
  ...ofLists,
  ...ofTars,
  ...ofMembers,
  ...ofSources,
  ...ofBag,
];
