import { AwsError } from '../../http/service.ts';

/** S3's errors that the twin answers, in S3's words. */
export const s3Errors = {
  noSuchBucket: (BucketName: string) =>
    new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName }),
  noSuchKey: (Key: string) => new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key }),
  noSuchVersion: (Key: string, VersionId: string) =>
    new AwsError('NoSuchVersion', 404, 'The specified version does not exist.', { Key, VersionId }),
  keyTooLong: () => new AwsError('KeyTooLongError', 400, 'Your key is too long'),
  noSuchUpload: (UploadId: string) =>
    new AwsError(
      'NoSuchUpload',
      404,
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { UploadId },
    ),
  preconditionFailed: (Condition: string) =>
    new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
      Condition,
    }),
  badDigest: (what: string) =>
    new AwsError('BadDigest', 400, `The ${what} you specified did not match the calculated checksum.`),
  invalidArgument: (message: string, ArgumentName?: string, ArgumentValue?: string | null) =>
    new AwsError('InvalidArgument', 400, message, {
      ...(ArgumentName === undefined ? {} : { ArgumentName, ArgumentValue: ArgumentValue ?? '' }),
    }),
  invalidRange: (size: number, RangeRequested: string) =>
    new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
      ActualObjectSize: String(size),
      RangeRequested,
    }),
  malformedXml: () =>
    new AwsError(
      'MalformedXML',
      400,
      'The XML you provided was not well-formed or did not validate against our published schema',
    ),
  invalidPart: () =>
    new AwsError(
      'InvalidPart',
      400,
      'One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part’s entity tag.',
    ),
  invalidPartOrder: () =>
    new AwsError(
      'InvalidPartOrder',
      400,
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    ),
  invalidPartNumber: () =>
    new AwsError('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable'),
  invalidRequest: (message: string) => new AwsError('InvalidRequest', 400, message),
  entityTooSmall: () =>
    new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size'),
  notImplemented: (what: string) =>
    new AwsError(
      'NotImplemented',
      501,
      `A header or query you provided implies functionality that is not implemented: ${what}`,
    ),
  methodNotAllowed: () =>
    new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.'),
  accessDenied: () => new AwsError('AccessDenied', 403, 'Access Denied'),
  behindLink: (folder: string) =>
    new AwsError(
      'AccessDenied',
      403,
      `The twin writes nothing through a symbolic link, and one is on the way to ${folder}: put a folder in its place.`,
    ),
};
