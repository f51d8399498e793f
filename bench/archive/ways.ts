import { join } from 'node:path';

/** One way of doing what the archive does; a shell line, run in a folder of its own in memory. */
export interface ArchiveWay {
  readonly name: string;
  readonly command: string;
}

const node = JSON.stringify(process.execPath);
/** `ours.ts` in one file, as a container has its entrypoint; memory as its image has it. */
export const bundled = join(import.meta.dirname, '../../.lab/bench/archive-ours.mjs');
const ours = (what: string): string =>
  `MALLOC_MMAP_THRESHOLD_=131072 ${node} --min-semi-space-size=4 --max-semi-space-size=4 ${JSON.stringify(bundled)} ${what}`;
const quiet = '--only-show-errors --no-progress';
const rclone =
  'rclone --config /dev/null --s3-env-auth --s3-provider Other --s3-endpoint $AWS_ENDPOINT_URL --s3-region us-east-1';

/** The stages of the script that the archive replaces, in our words: list, sync, tar, list the tar, md5, upload, compare. */
const oldScript = (flag: string): string =>
  [
    'set -e',
    `aws s3 ls --recursive s3://live/p/ > listing`,
    `aws s3 sync ${quiet} s3://live/p/ in`,
    `tar -c${flag}f out.tar in`,
    `tar -tv${flag}f out.tar | awk '{print $6 "\\t" $3}' > tarred`,
    'md5sum out.tar > out.md5',
    `aws s3 cp ${quiet} out.tar s3://cold/out.tar`,
    `aws s3api head-object --bucket cold --key out.tar > head`,
    // The ETag that the upload must have is computed from the parts' MD5s.
    `split -b 8M --filter='md5sum' out.tar > parts`,
  ].join('; ');

const shell = [
  'set -e',
  `${rclone} copy :s3:live/p/ in --transfers 16 --checkers 16`,
  `tar -cf - in | aws s3 cp ${quiet} - s3://cold/out.tar`,
].join('; ');

/**
 * An object to a pipe. Where checksums are validated when required alone, s3transfer 0.17.1 asks for the first part before it knows the
 * object's size, and asks for the others from within that part's end: it waits for ever for a place among the parts that it holds, six of
 * 8 MiB. As it is set by default it looks first; the object has no checksum here, so nothing else is done.
 */
const toPipe = `AWS_RESPONSE_CHECKSUM_VALIDATION=when_supported aws s3 cp ${quiet}`;

/** The same with a digest of every file before, and of every byte that is stored after. */
const verifiedShell = [
  'set -e',
  `${rclone} copy :s3:live/p/ in --transfers 16 --checkers 16`,
  'find in -type f -print0 | sort -z | xargs -0 sha256sum > sums',
  `tar -cf - in | aws s3 cp ${quiet} - s3://cold/out.tar`,
  'mv in was; mkdir back; cd back',
  `${toPipe} s3://cold/out.tar - | tar -xf -`,
  'sha256sum --quiet -c ../sums',
].join('; ');

/** Parts of 8 MiB, as a container has them; tars small enough for both threads to have some, as a plate of 300 GB has a hundred. */
const archiveImages = ours('archive 8 128');
const archiveSmall = ours('archive 8 44');

export const archiveWays: readonly ArchiveWay[] = [
  { name: 'lab archive', command: archiveImages },
  { name: 'lab archive, and every byte read back', command: `${archiveImages} && ${ours('verify')}` },
  { name: 'the old script without gzip', command: oldScript('') },
  { name: 'rclone copy; tar | aws s3 cp', command: shell },
  { name: 'the same, sha256sum before and after', command: verifiedShell },
];
export const gzipWay: ArchiveWay = { name: 'the old script as written', command: oldScript('z') };
export const smallWays: readonly ArchiveWay[] = [
  { name: 'lab archive', command: archiveSmall },
  { name: 'aws s3 sync', command: `aws s3 sync ${quiet} s3://live/p/ in` },
  { name: 'rclone copy', command: `${rclone} copy :s3:live/p/ in --transfers 64 --checkers 16` },
];
export const listWays: readonly ArchiveWay[] = [
  { name: 'lab archive: listing', command: ours('list') },
  { name: 'aws s3 ls', command: 'aws s3 ls --recursive s3://live/p/ > listing' },
];
/** The archive and its proof are made before; what is measured is the deletion. */
export const deleteWays: readonly ArchiveWay[] = [
  { name: 'lab archive delete', command: ours('delete') },
  { name: 'aws s3 rm --recursive', command: 'aws s3 rm --only-show-errors --recursive s3://live/p/' },
];
export const prepareDelete = `${archiveSmall} && ${ours('verify')}`;
/** Tars as a plate has them. */
export const plateWays: readonly ArchiveWay[] = [
  { name: 'archive', command: ours('archive 8 2048') },
  { name: 'verify', command: ours('verify') },
];
/** Tars of 50 MiB: a hundred of them, with parts as large as a plate's. */
export const manyWays: readonly ArchiveWay[] = [
  { name: 'archive', command: ours('archive 8 50') },
  { name: 'verify', command: ours('verify') },
  { name: 'archive, which is there', command: ours('archive 8 50') },
  { name: 'restore', command: ours('restore') },
  { name: 'delete', command: ours('delete') },
];
export const fill = (objects: number, size: number): string => ours(`fill ${objects} ${size}`);
export const oneObject = ours('one');
