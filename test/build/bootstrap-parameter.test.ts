import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { bootstrapParameter } from '../../lib/build/bootstrap-parameter.ts';
import { cdkApp } from '../helpers/cdk-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'lab-bootstrap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([{}, { '@aws-cdk/core:bootstrapQualifier': 'mylab1234' }])(
  'is the one that the project’s templates name, with context %j',
  context => {
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ context }));
    const app = cdkApp(join(folder, 'out'), { context });
    new CfnResource(new Stack(app, 'Lab'), 'Topic', { type: 'AWS::SNS::Topic' });
    const { template } = app.synth().getStackByName('Lab');
    expect(bootstrapParameter(folder)).toBe(template.Parameters.BootstrapVersion.Default);
  },
);
