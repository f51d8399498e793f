import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { workloads } from '../../jobs/index.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { buildApp } from '../../lib/infra/lab-app.ts';
import { readTemplateFile, type TemplateFile } from '../../lib/rules/read-file.ts';
import { cdkContext, root } from '../helpers/project.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';

export { root };
export const defaultLab: LabConfigInput = rapidtideLab;

/** What a lab with participants' data deploys: no way to the internet, a key of its own. */
export const strictLab: LabConfigInput = {
  ...defaultLab,
  network: 'private-endpoints',
  compliance: 'nist-800-53-r5',
};

const outdirs: string[] = [];
afterAll(() => {
  for (const outdir of outdirs) rmSync(outdir, { recursive: true, force: true });
});

/** A lab's app, not synthesized yet; what it writes goes when the test file is through. */
export function labApp(input: LabConfigInput, projectRoot = root) {
  const outdir = mkdtempSync(join(tmpdir(), 'lab-rules-'));
  outdirs.push(outdir);
  const built = buildApp(
    resolveConfig(input, workloads),
    workloads,
    projectRoot,
    new App({ outdir, context: cdkContext }),
  );
  return { ...built, templatePath: join(outdir, `${built.stack.stackName}.template.json`) };
}

/** The template that CDK writes for a lab, with its assets. */
export function synthesize(input: LabConfigInput): TemplateFile & { readonly path: string } {
  const { app, templatePath } = labApp(input);
  app.synth();
  return { ...readTemplateFile(templatePath), path: templatePath };
}
