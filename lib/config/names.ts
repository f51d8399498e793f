import type { Say } from './say.ts';

/** A region of AWS, by the form of its name: which there are changes. */
export function checkRegion(where: string, region: string, say: Say): void {
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
    say(where, `${JSON.stringify(region)} is not a region`, 'for example us-east-1');
}

/** Whether S3 takes it as the name of a bucket; `undefined` that was left out is none. */
export const isBucketName = (name: string | undefined): boolean =>
  name !== undefined && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
