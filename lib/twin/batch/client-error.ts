import { randomUUID } from 'node:crypto';
import { AwsError } from '../http/service.ts';

/** What Batch answers to a request that is the caller's mistake. */
export const clientError = (message: string): AwsError => new AwsError('ClientException', 400, message);

/** The form in which Batch passes on what the service behind its front refused. */
export const refusedInside = (message: string): AwsError =>
  clientError(`Error executing request, Exception : ${message}, RequestId: ${randomUUID()}`);
