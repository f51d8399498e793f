import { AwsError } from '../http/service.ts';

/** What CloudWatch Logs answers to a value that it does not take. */
export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', 400, message);
