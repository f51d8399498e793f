import { readFileSync } from 'node:fs';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { labApp } from '../rules/synthesized.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
interface Rule {
  readonly TagFilters?: readonly { readonly Key: string; readonly Value: string }[];
  readonly ExpirationInDays?: number;
  readonly NoncurrentVersionExpiration?: unknown;
}
interface Properties {
  readonly BucketName?: string;
  readonly VersioningConfiguration?: unknown;
  readonly LifecycleConfiguration: { readonly Rules: readonly Rule[] };
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}
interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Properties;
}

/** Synthesized with all packs and rules: a finding throws. */
function synthesized(archive: LabConfigInput['archive'], more: Partial<LabConfigInput> = {}) {
  const { app, templatePath } = labApp({
    datasets: {},
    archive,
    workloads: {
      'plate-archive': { places: { source: { bucket: 'imaging-live' } } },
      'plate-delete': {},
      'plate-destroy': {},
    },
    ...more,
  } as LabConfigInput);
  app.synth();
  const { Resources } = JSON.parse(readFileSync(templatePath, 'utf8')) as {
    Resources: Record<string, Resource>;
  };
  return {
    bucket: Object.values(Resources).find(each => each.Properties?.BucketName === archive!.bucket),
    /** Statements of the roles of a kind of jobs. */
    statements: (id: RegExp): readonly Statement[] =>
      Object.entries(Resources)
        .filter(([name, each]) => id.test(name) && /::(Managed)?Policy$/.test(each.Type))
        .flatMap(([, each]) => each.Properties.PolicyDocument.Statement),
    all: Resources,
  };
}

const plain = synthesized({ bucket: 'lab-plates' });

it('the bucket stays, keeps versions, moves what is verified to its class, and lets the rest expire', () => {
  const { DeletionPolicy, Properties } = plain.bucket!;
  expect(DeletionPolicy).toBe('Retain');
  expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  const rules = Properties.LifecycleConfiguration.Rules;
  const tagged = (name: string, value: string) =>
    rules.filter(rule => (rule.TagFilters ?? []).some(tag => tag.Key === name && tag.Value === value));
  expect(tagged('archive-class', 'DEEP_ARCHIVE')).toMatchObject([
    { Prefix: 'plates/', Transitions: [{ StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 0 }] },
  ]);
  // Nothing but what nobody has verified ever expires.
  const expiring = rules.filter(rule => rule.ExpirationInDays ?? rule.NoncurrentVersionExpiration);
  expect(expiring).toEqual(tagged('verified', 'no'));
  expect(expiring).toMatchObject([{ ExpirationInDays: 30 }]);
});

const mayIn = (statements: readonly Statement[], action: RegExp, resource: RegExp): boolean =>
  statements.some(
    each =>
      [each.Action].flat().some(name => action.test(name)) && resource.test(JSON.stringify(each.Resource)),
  );

it('proofs are the verifier’s to write; the destroyer alone deletes versions; the archiver deletes nothing', () => {
  const roles = [
    ...new Set(
      Object.keys(plain.all).flatMap(
        id => /^Role(plate.*?)(?=Role[A-Z]|DefaultPolicy|Policy)/.exec(id)?.[1] ?? [],
      ),
    ),
  ];
  expect(roles.length).toBeGreaterThan(5);
  const who = (action: RegExp, resource: RegExp): string[] =>
    roles.filter(role =>
      mayIn(plain.statements(new RegExp(`^Role${role}(Role|Default|Policy)`)), action, resource),
    );
  expect(who(/PutObject$/, /lab-plates\/proofs/)).toEqual(['platearchiveverifier']);
  expect(who(/DeleteObjectVersion/, /./)).toEqual(['platedestroydestroyer']);
  expect(who(/DeleteObject$/, /./)).toEqual(['platedeletedeleter']);
  expect(who(/PutObject$/, /imaging-live/)).toEqual([]);
});

it('Object Lock and the key of a lab that is held to a pack', () => {
  const { bucket, statements } = synthesized(
    { bucket: 'lab-plates', objectLock: { mode: 'GOVERNANCE', days: 400 } },
    { network: 'private-nat', compliance: 'hipaa' },
  );
  expect(bucket!.Properties).toMatchObject({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 400 } } },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
    },
  });
  expect(mayIn(statements(/^Roleplatearchive(Role|Policy|Default)/), /kms:GenerateDataKey/, /Key/)).toBe(
    true,
  );
});

it('a bucket that is there already is not made, and what its owner says cannot be said again', () => {
  expect(synthesized({ bucket: 'lab-plates', existing: true }).bucket).toBeUndefined();
  expect(() => synthesized({ bucket: 'lab-plates', existing: true, leftoverDays: 3 })).toThrow(
    /archive.leftoverDays: is its owner’s to say/,
  );
  expect(() => synthesized(undefined)).toThrow(/says no archive: the bucket of the archives/);
});
