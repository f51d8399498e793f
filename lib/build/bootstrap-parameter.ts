import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** CDK's own qualifier, where nothing else is said: DefaultStackSynthesizer.DEFAULT_QUALIFIER. */
const usual = 'hnb659fds';

/** The parameter of Parameter Store that a project's templates ask for the version of CDK's bootstrap stack. */
export function bootstrapParameter(projectRoot: string): string {
  const { context = {} } = JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8')) as {
    context?: Readonly<Record<string, unknown>>;
  };
  const qualifier = context['@aws-cdk/core:bootstrapQualifier'];
  return `/cdk-bootstrap/${typeof qualifier === 'string' ? qualifier : usual}/version`;
}
