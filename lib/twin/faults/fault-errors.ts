import { AwsError } from '../http/service.ts';

type Errors = Readonly<Record<string, readonly [code: string, status: number, message: string]>>;

const throttled: Errors = {
  s3: ['SlowDown', 503, 'Please reduce your request rate.'],
  batch: ['TooManyRequestsException', 429, 'Too Many Requests'],
  sts: ['Throttling', 400, 'Rate exceeded'],
  cloudformation: ['Throttling', 400, 'Rate exceeded'],
  other: ['ThrottlingException', 400, 'Rate exceeded'],
};
const unavailable: Errors = {
  s3: ['ServiceUnavailable', 503, 'Service is unable to handle request.'],
  batch: ['ServerException', 500, 'An internal error occurred.'],
  secretsmanager: ['InternalServiceError', 500, 'An error occurred on the server side.'],
  logs: ['ServiceUnavailableException', 500, 'The service cannot complete the request.'],
  other: ['ServiceUnavailable', 503, 'The request has failed due to a temporary failure of the server.'],
};
const expired: Errors = {
  s3: ['ExpiredToken', 400, 'The provided token has expired.'],
  sts: ['ExpiredToken', 403, 'The security token included in the request is expired'],
  other: ['ExpiredTokenException', 403, 'The security token included in the request is expired'],
};
const skewed: Errors = {
  s3: [
    'RequestTimeTooSkewed',
    403,
    'The difference between the request time and the current time is too large.',
  ],
  sts: ['SignatureDoesNotMatch', 403, 'Signature expired: the request is too old.'],
  other: ['InvalidSignatureException', 403, 'Signature expired: the request is too old.'],
};

const all = { throttle: throttled, unavailable, 'expired-credentials': expired, 'clock-skew': skewed };

/** The error that a service answers for a fault, in its own words; undefined for faults of another kind. */
export function faultError(fault: string, service: string): AwsError | undefined {
  const errors = (all as Readonly<Record<string, Errors>>)[fault];
  const found = errors?.[service] ?? errors?.other;
  return found && new AwsError(...found);
}
