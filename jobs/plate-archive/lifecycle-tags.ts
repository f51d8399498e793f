/** What the tags of tars say to the lifecycle rules of the archive's bucket. What has none of these neither moves nor expires. */

/** Of what nobody has verified yet: it expires. */
export const unverifiedTags = { verified: 'no' };

/** Of what was verified: it moves to the class that is named. */
export const verifiedTags = (storageClass: string): Readonly<Record<string, string>> => ({
  verified: 'yes',
  'archive-class': storageClass,
});

/** Classes that tars are moved to once they are verified; the others are written as such. */
export const movedClasses = ['GLACIER', 'DEEP_ARCHIVE', 'INTELLIGENT_TIERING'] as const;
