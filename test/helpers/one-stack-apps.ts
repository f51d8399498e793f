import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';

type ResolveReferences = (root: IConstruct) => void;

/**
 * Before CDK writes a template it resolves all of it once more, to find what refers to another stack: a third of a synth. An app
 * with one stack has no other, and writes the same template without. That cdk's own command line does, rules/our-stack.test.ts sees.
 */
export function resolveOneStackOnce(): void {
  const references = createRequire(import.meta.url)(
    join(import.meta.dirname, '../../node_modules/aws-cdk-lib/core/lib/private/refs.js'),
  ) as { resolveReferences: ResolveReferences };
  references.resolveReferences = amongStacks(references.resolveReferences);
}

/** `resolve`, for what has more stacks than one in it, nested ones among them. */
export const amongStacks =
  (resolve: ResolveReferences): ResolveReferences =>
  root => {
    if (root.node.findAll().filter(isStack).length > 1) resolve(root);
  };

/** By CDK's own mark, so that nothing of it need be loaded. */
const isStack = (construct: IConstruct): boolean => Symbol.for('@aws-cdk/core.Stack') in construct;
