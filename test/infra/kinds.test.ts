import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { buildApp } from '../../lib/infra/lab-app.ts';
import { cdkApp } from '../helpers/cdk-app.ts';
import { root } from '../helpers/project.ts';

const plates: WorkloadSpec = {
  name: 'plates',
  title: 'plates',
  item: { one: 'plate', many: 'plates' },
  parameters: [],
  resources: { vcpus: 2, memoryMiB: 4000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-ondemand'],
  image: { context: 'containers/rapidtide', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 1,
  places: { live: { describe: 'the plates' } },
  kinds: {
    archiver: { rights: { live: ['list', 'read'] } },
    deleter: { rights: { live: ['list', 'delete'] }, submitters: 'keepers' },
  },
  steps: [
    { name: 'archive', takes: 'item', kind: 'archiver' },
    { name: 'delete', takes: 'item', kind: 'deleter', dependsOn: ['archive'] },
  ],
};
const live = { bucket: 'imaging-live', prefix: 'plates/' };
const outdir = mkdtempSync(join(tmpdir(), 'lab-kinds-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
const config = resolveConfig(
  {
    workloads: { plates: { places: { live }, image: `public.ecr.aws/lab/plates@sha256:${'a'.repeat(64)}` } },
  },
  [plates],
);
const { stack } = buildApp(config, [plates], root, cdkApp(outdir));
const template = Template.fromStack(stack);

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: unknown;
  readonly Resource: unknown;
}
const policyOf = (logicalId: RegExp): readonly Statement[] =>
  Object.entries(template.toJSON().Resources as Record<string, { Type: string; Properties: never }>)
    .filter(([id, each]) => logicalId.test(id) && /::(Managed)?Policy$/.test(each.Type))
    .flatMap(
      ([, each]) =>
        (each.Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument.Statement,
    );
const actionsOn = (statements: readonly Statement[], bucket: string) =>
  statements
    .filter(each => JSON.stringify(each.Resource).includes(bucket))
    .flatMap(each => each.Action)
    .sort();

it('each kind has a role and a job definition of its own', () => {
  const names = Object.values(template.findResources('AWS::Batch::JobDefinition')).map(
    each => each.Properties.JobDefinitionName as string,
  );
  expect(names.sort()).toEqual(['arraylab-lab-plates-archiver-x86', 'arraylab-lab-plates-deleter-x86']);
});

it('the archiver cannot delete, and the deleter only with If-Match', () => {
  expect(actionsOn(policyOf(/^Rolep?latesarchiver/), 'imaging-live').some(each => /Delete/.test(each))).toBe(
    false,
  );
  const deletes = policyOf(/^Rolep?latesdeleter/).filter(each => each.Action === 's3:DeleteObject');
  expect(deletes).toMatchObject([{ Condition: { Null: { 's3:if-match': 'false' } } }]);
});

it('members may submit the archiver alone, keepers the deleter', () => {
  const members = JSON.stringify(policyOf(/^MembersPolicy/));
  expect(members).toContain('plates-archiver-x86');
  expect(members).not.toContain('plates-deleter-x86');
  expect(JSON.stringify(policyOf(/^Keepers/))).toContain('plates-deleter-x86');
});

it('containers are told where the places are in which they have rights', () => {
  const [definition] = Object.values(template.findResources('AWS::Batch::JobDefinition'));
  const environment = definition!.Properties.ContainerProperties.Environment as {
    Name: string;
    Value: string;
  }[];
  const places = environment.find(each => each.Name === 'LAB_PLACES')!.Value;
  expect(JSON.parse(places)).toEqual({ live: { ...live, region: 'us-east-1' } });
});

it('a place that lab.config.ts does not say is asked for', () =>
  expect(() => resolveConfig({ workloads: { plates: {} } }, [plates])).toThrow(/says no live: the plates/));
