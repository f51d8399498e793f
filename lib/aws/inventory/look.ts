import type { Found, Looked } from '../../contract/ports/stack.ts';
import { errorName } from '../sdk-error.ts';

/** One kind of thing to look for, and the right that it takes. */
export interface Look {
  /** `NAT gateways`. */
  readonly what: string;
  /** `ec2:DescribeNatGateways`. */
  readonly action: string;
  find(): Promise<readonly Found[]>;
}

/** Looks at everything at once. What cannot be looked at is told, never taken for nothing. */
export async function lookAll(looks: readonly Look[]): Promise<Looked> {
  const answers = await Promise.all(
    looks.map(async ({ what, action, find }): Promise<Looked> => {
      try {
        return { found: await find(), unchecked: [] };
      } catch (error) {
        return { found: [], unchecked: [{ what, why: whyNot(error, action) }] };
      }
    }),
  );
  return {
    found: answers.flatMap(answer => answer.found),
    unchecked: answers.flatMap(answer => answer.unchecked),
  };
}

function whyNot(error: unknown, action: string): string {
  const name = errorName(error);
  if (/AccessDenied|Unauthorized|NotAuthorized/i.test(name)) return `needs ${action}`;
  return `${name}: ${(error as Error).message}`;
}

/** What all pages hold together. */
export async function collect<Page, T>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly T[] | undefined,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...(itemsOf(page) ?? []));
  return all;
}
