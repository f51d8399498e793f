/** Where an object is. */
export interface S3Uri {
  readonly bucket: string;
  readonly key: string;
}

/** The parts of `s3://bucket/key`, or undefined where it is no such URI. A key may be empty: a whole bucket. */
export function parseS3Uri(uri: string): S3Uri | undefined {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri);
  return found ? { bucket: found[1]!, key: found[2] ?? '' } : undefined;
}

export const s3Uri = ({ bucket, key }: S3Uri): string => `s3://${bucket}/${key}`;

/** A folder's URI without and its key with the `/` at the end. Undefined for what is no URI, or a whole bucket. */
export function parseFolder(uri: string): { readonly uri: string; readonly place: S3Uri } | undefined {
  const found = parseS3Uri(uri.replace(/\/+$/, ''));
  if (!found?.key) return undefined;
  return { uri: s3Uri(found), place: { bucket: found.bucket, key: `${found.key}/` } };
}
