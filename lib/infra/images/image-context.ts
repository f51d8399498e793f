import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePath } from '../../contract/workload/metadata.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';

/** What an image is built from, as CDK's assets want it: its bundle and its folder; nothing else of the project changes it. */
export const imageContext = (spec: WorkloadSpec) => ({
  exclude: [
    '**',
    `!${spec.image.context}`,
    `!${spec.image.context}/**`,
    '!dist',
    '!dist/containers',
    // The other bundles that are there or are not, a rehearsal's among them.
    'dist/containers/**',
    `!${bundlePath(spec.image.context)}`,
  ],
  ignoreMode: 'docker' as never,
});

/** The Dockerfile of a workload, relative to the project. */
export const dockerfile = (spec: WorkloadSpec): string => `${spec.image.context}/Dockerfile`;

/** Images that a Dockerfile is built FROM and that a build argument can change: by argument, what it is by default. */
export function baseImages(projectRoot: string, spec: WorkloadSpec): Record<string, string> {
  const text = readFileSync(join(projectRoot, dockerfile(spec)), 'utf8');
  const used = new Set([...text.matchAll(/^FROM\s+(?:--\S+\s+)*\$\{?(\w+)\}?/gim)].map(found => found[1]));
  return Object.fromEntries(
    [...text.matchAll(/^ARG\s+(\w+)=(\S+)\s*$/gim)]
      .filter(found => used.has(found[1]))
      .map(found => [found[1]!, found[2]!]),
  );
}
