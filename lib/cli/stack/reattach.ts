import { readFile } from 'node:fs/promises';
import type { LabBucket } from '../../contract/ports/stack.ts';
import { replaceFile } from '../../contract/verb/replace-file.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { Context } from '../context.ts';
import { openPrompt } from '../input/prompt.ts';
import { attachLine } from './audit.ts';
import { bucketSizeText } from './stack-view.ts';
import type { Target } from './target.ts';

/**
 * Before a new stack is made: finds the output buckets that earlier ones kept, and asks whether to go on with one. Writes
 * the line into lab.config.ts. Without a terminal it refuses, unless a new bucket is asked for.
 */
export async function settleOutputBucket(context: Context, target: Target, wantsNew: boolean): Promise<void> {
  const { archive, existingOutputBucket } = target.config;
  const isMade = archive !== undefined && !archive.existing;
  if (!isMade && (existingOutputBucket || wantsNew)) return;
  const all = await findKept(context, target);
  if (isMade && all.some(bucket => bucket.name === archive.bucket))
    throw new LabError({
      where: 'lab.config.ts archive.bucket',
      message: `${archive.bucket} is kept from an earlier stack`,
      fix: `go on with it, archive: { bucket: '${archive.bucket}', existing: true }; or give a new one another name`,
    });
  if (existingOutputBucket || wantsNew) return;
  const found = all.filter(bucket => bucket.role === 'output');
  const kept = found.filter(bucket => bucket.objects > 0);
  // What a deploy that failed leaves behind holds nothing, and is nobody's to choose.
  for (const { name } of found.filter(bucket => bucket.objects === 0))
    context.say(`an earlier stack left an empty bucket: aws s3 rb s3://${name} removes it`);
  if (kept.length === 0) return;
  for (const bucket of kept) context.say(`kept from an earlier stack: ${bucketLine(bucket)}`);
  if (!context.stdin.isTTY)
    throw new LabError({
      where: `lab ${target.config.name}`,
      message: `${kept.length === 1 ? 'an output bucket is' : `${kept.length} output buckets are`} kept from an earlier stack`,
      fix: `add to lab.config.ts:  ${attachLine(kept[0]!)}\n  or make a new one: --new-bucket`,
    });
  const chosen = await choose(context, kept);
  if (chosen) await attach(context, target, chosen);
}

/** Whoever may not look may deploy: only, nobody can tell them of a bucket. */
async function findKept(context: Context, { aws, config }: Target): Promise<readonly LabBucket[]> {
  try {
    return await aws.inventory.buckets(config.name);
  } catch (error) {
    context.say(
      `whether an earlier stack of this lab kept a bucket was not checked (${(error as Error).name}: needs tag:GetResources, s3:ListAllMyBuckets and s3:ListBucket)`,
    );
    return [];
  }
}

const bucketLine = (bucket: LabBucket): string =>
  `${bucket.name}${bucket.createdAt ? `, made ${bucket.createdAt.toISOString().slice(0, 10)}` : ''} (${bucketSizeText(bucket)})`;

/** The bucket to go on with, or undefined for a new one. */
async function choose(context: Context, kept: readonly LabBucket[]): Promise<LabBucket | undefined> {
  const prompt = openPrompt(context, 'lab deploy');
  const numbers = kept.map((_, index) => String(index + 1));
  const choices = kept.length === 1 ? '1: go on with it' : `1 to ${kept.length}: go on with that one`;
  try {
    for (;;) {
      const answer = (await prompt.ask(`${choices}, n: make a new one [1]: `)).trim().toLowerCase() || '1';
      if (answer === 'n' || answer === 'new') return undefined;
      if (numbers.includes(answer)) return kept[Number(answer) - 1];
      context.say(`  that is none of ${numbers.join(', ')}, n`);
    }
  } finally {
    prompt.close();
  }
}

async function attach(context: Context, target: Target, bucket: LabBucket): Promise<void> {
  const text = await readFile(target.configFile, 'utf8');
  const changed = target.isFilesOwn ? withOutputBucket(text, target.configFile, bucket) : undefined;
  if (changed === undefined)
    throw new LabError({
      where: target.configFile,
      message: target.isFilesOwn
        ? 'is not written in a way that a line can be added to'
        : 'is of another lab by default, so nothing was written into it',
      fix: `add it by hand, then deploy again:  ${attachLine(bucket)}`,
    });
  await replaceFile(target.configFile, changed);
  context.say(`wrote into ${target.configFile}:  ${attachLine(bucket)}`);
}

/** The configuration's text with the line in it; undefined where it says something of the bucket already, or cannot be read. */
export function withOutputBucket(
  text: string,
  path: string,
  bucket: Pick<LabBucket, 'name' | 'key'>,
): string | undefined {
  if (/^\s*"?existingOutputBucket\b/m.test(text)) return undefined;
  if (path.endsWith('.json')) {
    const lines = {
      existingOutputBucket: bucket.name,
      ...(bucket.key ? { existingOutputBucketKey: bucket.key } : {}),
    };
    return `${JSON.stringify({ ...(JSON.parse(text) as object), ...lines }, undefined, 2)}\n`;
  }
  const calls = [...text.matchAll(/defineLab\(\{[^\S\n]*\n/g)];
  if (calls.length !== 1) return undefined;
  const at = calls[0]!.index + calls[0]![0].length;
  return `${text.slice(0, at)}  // Kept by an earlier stack of this lab.\n  ${attachLine(bucket).replace(', e', ',\n  e')}\n${text.slice(at)}`;
}
