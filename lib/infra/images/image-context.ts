import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../contract/workload/errors.ts';
import { bundlePath } from '../../contract/workload/metadata.ts';
import type { ImageSpec } from '../../contract/workload/workload.ts';

/** What an image is built from, as CDK's assets want it: its bundle and its folder; nothing else of the project changes it. */
export const imageContext = ({ context }: ImageSpec) => ({
  exclude: [
    '**',
    `!${context}`,
    `!${context}/**`,
    '!dist',
    '!dist/containers',
    // The other bundles that are there or are not, a rehearsal's among them.
    'dist/containers/**',
    `!${bundlePath(context)}`,
  ],
  ignoreMode: 'docker' as never,
});

/** The Dockerfile of an image, relative to the project. */
export const dockerfile = ({ context }: ImageSpec): string => `${context}/Dockerfile`;

/** Images that a Dockerfile is built FROM and that a build argument can change: by argument, what it is by default. */
export function baseImages(projectRoot: string, image: ImageSpec): Record<string, string> {
  const text = readFileSync(join(projectRoot, dockerfile(image)), 'utf8');
  const used = new Set([...text.matchAll(/^FROM\s+(?:--\S+\s+)*\$\{?(\w+)\}?/gim)].map(found => found[1]));
  return Object.fromEntries(
    [...text.matchAll(/^ARG\s+(\w+)=(\S+)\s*$/gim)]
      .filter(found => used.has(found[1]))
      .map(found => [found[1]!, found[2]!]),
  );
}

/** The argument that a Dockerfile's last stage is built FROM where a lab has an image of its own. */
const baseArgument = 'BASE';

/** What a build is told of its base. Throws LabError where the Dockerfile takes none: Docker would build its own in silence. */
export function baseArguments(
  projectRoot: string,
  image: ImageSpec,
  base: string | undefined,
): Readonly<Record<string, string>> {
  if (base === undefined) return {};
  const text = readFileSync(join(projectRoot, dockerfile(image)), 'utf8');
  const last = [...text.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)/gim)].at(-1)?.[1];
  if (last === `\${${baseArgument}}` || last === `$${baseArgument}`) return { [baseArgument]: base };
  throw new LabError({
    where: `base ${base}`,
    message: `${dockerfile(image)} takes no base: its last stage is FROM ${last}`,
    fix: `ARG ${baseArgument}=… at its top, and FROM \${${baseArgument}}`,
  });
}
