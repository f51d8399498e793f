import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { defaultLab, labApp, root, strictLab } from '../rules/synthesized.ts';

const document = readFileSync(join(root, 'docs/permissions.md'), 'utf8');

/** Headings of the document, by what the logical ids of their resources begin with. */
const headings: Readonly<Record<string, string>> = {
  InstanceRole: 'Hosts',
  ExecutionRole: 'Starting containers',
  Role: 'Jobs',
  Members: 'Members',
  Keepers: 'Keepers',
  Archive: 'The archive bucket',
  NetworkFlowLog: 'The flow log',
  Storage: 'The output bucket and its access log',
  JobEvents: "The events' log",
  NetworkVpcS3: 'S3 by endpoint',
  Key: "The lab's key",
  ImagesBuildRole: 'Building images',
  ImagesBuildFunction: 'Waiting for builds',
  CustomVpcRestrictDefaultSG: 'Closing the default security group',
};

/** A job that reads as itself has permissions of its own. */
const asRole = {
  ...strictLab,
  datasets: { hcp: { bucket: 'a-bucket', access: 'role', prefix: 'a/' } },
} as const;

/** Images that are built in the account, on a base that ECR caches. */
const cloudLab = {
  ...defaultLab,
  imageBuild: 'codebuild',
  pullThroughCache: { hub: { upstream: 'docker.io', existing: true } },
} as const;
/** An image of a cache. */
const cachedLab = {
  ...cloudLab,
  workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, image: 'org/tool:1' } },
} as const;

/** Every right in a place is one of these jobs'. */
const archiveLab = {
  archive: { bucket: 'a-lab-plates' },
  workloads: Object.fromEntries(
    ['archive', 'delete', 'restore', 'destroy'].map(verb => [
      `plate-${verb}`,
      { places: { source: { bucket: 'imaging' } } },
    ]),
  ),
} as const;

const granted = new Map<string, Set<string>>();
for (const lab of [defaultLab, strictLab, asRole, cloudLab, cachedLab, archiveLab])
  for (const [id, { Properties }] of Object.entries(
    Template.fromStack(labApp(lab).stack).toJSON().Resources as Record<string, { Properties: unknown }>,
  ))
    for (const action of actionsIn(Properties))
      if (action !== 'sts:AssumeRole') {
        const start = Object.keys(headings).find(each => id.startsWith(each)) ?? id;
        const heading = headings[start] ?? `a section for ${id}`;
        granted.set(heading, (granted.get(heading) ?? new Set()).add(action));
      }

/** Actions of every statement below a value; a resource policy of CloudWatch Logs is JSON in a text, or in a Join of texts. */
function actionsIn(value: unknown): readonly string[] {
  if (typeof value === 'string')
    return value.includes('"Action"')
      ? [...value.matchAll(/"((?!aws:)\w+:\w+)"/g)].map(each => each[1]!)
      : [];
  if (typeof value !== 'object' || value === null) return [];
  const { Action, Effect } = value as { Action?: string | string[]; Effect?: unknown };
  return [
    ...(Action && Effect ? [Action].flat() : []),
    ...Object.values(value).flatMap(each => actionsIn(each)),
  ];
}

/** Actions in the tables below a heading. */
function documented(heading: string): readonly string[] {
  const section = document.split('\n## ').find(each => each.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter(line => line.startsWith('|'));
  return [
    ...new Set(rows.flatMap(row => [...row.matchAll(/`([a-z0-9]+:[A-Za-z*]+)`/g)].map(each => each[1]!))),
  ];
}

it.each([...granted.keys()])('%s: the document names every action of the template, and no other', heading => {
  // A condition is named beside what it is a condition of.
  const named = documented(heading).filter(each => each !== 'kms:ViaService');
  expect([...named].sort()).toEqual([...granted.get(heading)!].sort());
});

it('says who may take on roles', () => {
  expect(document).toContain('`sts:AssumeRole`');
  expect([...granted.keys()].sort()).toEqual([...new Set(Object.values(headings))].sort());
});
