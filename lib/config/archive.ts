import type { ArchiveBucket, LabConfig } from '../contract/workload/config.ts';
import type { ArchiveInput, LabConfigInput } from './define-lab.ts';
import { type Say, unknownFields, whole } from './say.ts';

export const resolveArchive = (input: ArchiveInput): ArchiveBucket => ({
  bucket: input.bucket,
  existing: input.existing ?? false,
  versioned: input.versioned ?? true,
  leftoverDays: input.leftoverDays ?? 30,
  ...(input.keyArn === undefined ? {} : { keyArn: input.keyArn }),
  ...(input.objectLock === undefined ? {} : { objectLock: input.objectLock }),
});

export function checkArchive({ archive, datasets }: LabConfig, input: LabConfigInput, say: Say): void {
  if (!archive) return;
  unknownFields(
    input.archive!,
    ['bucket', 'existing', 'keyArn', 'versioned', 'objectLock', 'leftoverDays'],
    'archive.',
    say,
  );
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(archive.bucket ?? ''))
    say(
      'archive.bucket',
      `${JSON.stringify(archive.bucket)} is no name of a bucket`,
      'small letters, digits, - and . (3 to 63), unique in all of S3: mylab-plate-archive',
    );
  if (Object.values(datasets).some(dataset => dataset.bucket === archive.bucket))
    say('archive.bucket', `${archive.bucket} is a dataset's`, 'an archive has a bucket of its own');
  whole('archive.leftoverDays', archive.leftoverDays, 1, 3650, say);
  if (archive.keyArn !== undefined && !/^arn:[a-z-]+:kms:[^:]+:\d{12}:key\//.test(archive.keyArn))
    say('archive.keyArn', `${JSON.stringify(archive.keyArn)} is no ARN of a key`);
  if (archive.existing) {
    for (const name of ['versioned', 'objectLock', 'leftoverDays'] as const)
      if (input.archive?.[name] !== undefined)
        say(`archive.${name}`, 'is its owner’s to say, for the bucket is there already', 'leave it out');
    return;
  }
  const { objectLock } = archive;
  if (!objectLock) return;
  unknownFields(objectLock, ['mode', 'days'], 'archive.objectLock.', say);
  if (!archive.versioned)
    say('archive.versioned', 'Object Lock keeps versions', 'leave it out, or objectLock');
  if (!['GOVERNANCE', 'COMPLIANCE'].includes(objectLock.mode))
    say('archive.objectLock.mode', `${JSON.stringify(objectLock.mode)} is no mode`, 'GOVERNANCE, COMPLIANCE');
  whole('archive.objectLock.days', objectLock.days, 1, 36_500, say);
}
