import { existsSync, readFileSync } from 'node:fs';
import { LabError } from '../contract/workload/errors.ts';
import type { Architecture } from '../contract/workload/workload.ts';
import { type ParsedTemplate, parseTemplate } from './parse-template.ts';
import { isObject } from './reading/template-json.ts';

export interface TemplateFile {
  readonly json: unknown;
  readonly imageArchitectures: ReadonlyMap<string, Architecture>;
  /** Lines (from 1) of the file in which resources begin; of a template inside another text there are none. */
  readonly lines: () => ReadonlyMap<string, number>;
}

const fix =
  'rules read templates as JSON or YAML: as they are written, as cdk synth leaves them in cdk.out, as aws cloudformation get-template prints them';

/**
 * A template from a file: as people and CDK write it (with CDK's assets file beside it, which says what images are built
 * for), or as `aws cloudformation get-template` prints it. Throws LabError where it is none.
 */
export function readTemplateFile(path: string): TemplateFile {
  const whole = parse(path);
  const { json, lines } = body(whole, path);
  if (!isObject(json) || !isObject(json.Resources))
    throw new LabError({ where: path, message: 'is no CloudFormation template: it has no Resources', fix });
  return { json, imageArchitectures: builtImages(path), lines };
}

function parse(path: string): ParsedTemplate {
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
  return parsed(content, path);
}

function parsed(content: string, path: string): ParsedTemplate {
  try {
    return parseTemplate(content);
  } catch (error) {
    throw new LabError({
      where: path,
      message: `is neither JSON nor YAML: ${(error as Error).message}`,
      fix,
    });
  }
}

/** The template in what `get-template` prints, which keeps YAML as a text. */
function body(whole: ParsedTemplate, path: string): ParsedTemplate {
  if (!isObject(whole.json) || !('TemplateBody' in whole.json)) return whole;
  const { TemplateBody } = whole.json;
  const inner = typeof TemplateBody === 'string' ? parsed(TemplateBody, path).json : TemplateBody;
  return { json: inner, lines: () => new Map() };
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
  const { dockerImages } = (parse(assets).json ?? {}) as { dockerImages?: Record<string, DockerImage> };
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
