import { existsSync, readFileSync } from 'node:fs';
import { LabError } from '../contract/workload/errors.ts';
import type { Architecture } from '../contract/workload/workload.ts';

export interface TemplateFile {
  readonly json: unknown;
  readonly imageArchitectures: ReadonlyMap<string, Architecture>;
}

const fix =
  'rules read templates as JSON: cdk synth writes them to cdk.out, aws cloudformation get-template prints them';

/**
 * A template from a file: as CDK writes it (with the assets file beside it, which says what images are built for), or as
 * `aws cloudformation get-template` prints it. Throws LabError where it is none.
 */
export function readTemplateFile(path: string): TemplateFile {
  const json = body(parse(path), path);
  if (typeof json !== 'object' || json === null || !isObject((json as { Resources?: unknown }).Resources))
    throw new LabError({ where: path, message: 'is no CloudFormation template: it has no Resources', fix });
  return { json, imageArchitectures: builtImages(path) };
}

function parse(path: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new LabError({
      where: path,
      message: code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`,
    });
  }
  return json(content, path);
}

function json(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new LabError({ where: path, message: `is no JSON: ${(error as Error).message}`, fix });
  }
}

/** The template in what `get-template` prints. */
function body(value: unknown, path: string): unknown {
  if (!isObject(value) || !('TemplateBody' in value)) return value;
  return typeof value.TemplateBody === 'string' ? json(value.TemplateBody, path) : value.TemplateBody;
}

const platforms: ReadonlyMap<string | undefined, Architecture> = new Map([
  ['linux/arm64', 'arm64'],
  ['linux/arm64/v8', 'arm64'],
  ['linux/amd64', 'x86_64'],
]);

/** Architecture of the images that CDK builds, by tag. */
function builtImages(path: string): ReadonlyMap<string, Architecture> {
  const found = new Map<string, Architecture>();
  const assets = path.replace(/\.template\.json$/, '.assets.json');
  if (assets === path || !existsSync(assets)) return found;
  const { dockerImages } = (parse(assets) ?? {}) as { dockerImages?: Record<string, DockerImage> };
  for (const { source, destinations } of Object.values(dockerImages ?? {})) {
    const architecture = platforms.get(source?.platform);
    if (!architecture) continue;
    for (const { imageTag } of Object.values(destinations ?? {}))
      if (imageTag) found.set(imageTag, architecture);
  }
  return found;
}

interface DockerImage {
  readonly source?: { readonly platform?: string };
  readonly destinations?: Readonly<Record<string, { readonly imageTag?: string }>>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
