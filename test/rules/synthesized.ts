import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workloads } from '../../jobs/index.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { buildApp } from '../../lib/infra/lab-app.ts';
import { readTemplateFile, type TemplateFile } from '../../lib/rules/read-file.ts';
import { type CdkAppOptions, cdkApp } from '../helpers/cdk-app.ts';
import { root } from '../helpers/project.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';

export { root };
export const defaultLab: LabConfigInput = rapidtideLab;

/** What a lab with participants' data deploys: no way to the internet, a key of its own. */
export const strictLab: LabConfigInput = {
  ...defaultLab,
  network: 'private-endpoints',
  compliance: 'nist-800-53-r5',
};

/** A lab's app, not synthesized yet; what it writes goes with the run of the tests. */
export function labApp(
  input: LabConfigInput,
  { projectRoot = root, ...options }: CdkAppOptions & { readonly projectRoot?: string } = {},
) {
  const outdir = mkdtempSync(join(tmpdir(), 'lab-rules-'));
  const built = buildApp(resolveConfig(input, workloads), workloads, projectRoot, cdkApp(outdir, options));
  return { ...built, templatePath: join(outdir, `${built.stack.stackName}.template.json`) };
}

const known = new Map<string, string>();

/** The template that CDK writes for a lab, with its assets: made once a worker, whichever file asks first, and read anew each time. */
export function synthesize(input: LabConfigInput): TemplateFile & { readonly path: string } {
  const key = JSON.stringify(input);
  const path = known.get(key) ?? synthesizeAnew(input).path;
  known.set(key, path);
  return { ...readTemplateFile(path), path };
}

export function synthesizeAnew(input: LabConfigInput): TemplateFile & { readonly path: string } {
  const { app, templatePath } = labApp(input);
  app.synth();
  return { ...readTemplateFile(templatePath), path: templatePath };
}
