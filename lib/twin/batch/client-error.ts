import { AwsError } from '../http/service.ts';

/** What Batch answers to a request that is the caller's mistake. */
export const clientError = (message: string): AwsError => new AwsError('ClientException', 400, message);
