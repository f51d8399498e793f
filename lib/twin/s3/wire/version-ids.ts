import type { SignedRequest } from '../../http/service.ts';
import { s3Errors } from './errors.ts';

/** The version that a request names, or undefined. Throws AwsError when it can be none. */
export function versionAsked(request: SignedRequest): string | undefined {
  const versionId = request.query.get('versionId');
  if (versionId === null) return undefined;
  if (versionId === '') throw s3Errors.invalidArgument('Version id cannot be the empty string');
  return checkedVersionId(versionId);
}

/** Throws AwsError for an id that can be no version's. */
export function checkedVersionId(versionId: string): string {
  if (!isVersionId(versionId)) throw s3Errors.invalidArgument('Invalid version id specified');
  return versionId;
}

export const isVersionId = (text: string): boolean => text === 'null' || /^[A-Za-z0-9]{32}$/.test(text);
