/**
 * Whether a name is what CloudFormation makes of a resource of the lab's stack: `arraylab-<lab>-<logical id>-<random>`,
 * neither of which has a `-`. So lab `a` does not take what is lab `a-b`'s.
 */
export const isStackMade = (lab: string, name: string): boolean =>
  new RegExp(`^(?:/aws/(?:lambda|codebuild)/)?arraylab-${lab}-[a-z0-9]+-[a-z0-9]+$`, 'i').test(name) ||
  isCut(lab, name);

/** Where the whole would be too long (63 letters of a bucket, 64 of a function), CloudFormation cuts the stack's name. */
const isCut = (lab: string, name: string): boolean => {
  const stack = `arraylab-${lab}`;
  const [, cut = ''] = /^(?:\/aws\/(?:lambda|codebuild)\/)?(.+?)-[a-z0-9]+-[a-z0-9]+$/i.exec(name) ?? [];
  // What is left of it is long, or it could be anybody's.
  return cut.length >= 24 && cut.length < stack.length && stack.startsWith(cut.toLowerCase());
};

/** Whether a name is one that a lab gives itself: `arraylab/<lab>/…`, `arraylab-<lab>/…`. */
export const isOwnName = (lab: string, name: string): boolean =>
  name.startsWith(`arraylab/${lab}/`) || name.startsWith(`arraylab-${lab}/`) || isStackMade(lab, name);
