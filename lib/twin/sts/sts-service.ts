import { jsonService } from '../http/json-service.ts';
import { AwsError, type TwinService } from '../http/service.ts';

/** STS with its one call that tools make to ask who they are. */
export function stsService(options: {
  readonly account: string;
  /** Of a user or a role's session; a dataset's owner, who is another account's, has none here. */
  readonly arnOf?: (accessKeyId: string) => string | undefined;
}): TwinService {
  return jsonService('sts', 'query', async call => {
    if (call.action !== 'GetCallerIdentity') {
      throw new AwsError(
        'InvalidAction',
        400,
        `Could not find operation ${call.action} for version 2011-06-15`,
      );
    }
    return {
      Arn: options.arnOf?.(call.accessKeyId) ?? `arn:aws:iam::${options.account}:user/twin`,
      UserId: call.accessKeyId,
      Account: options.account,
    };
  });
}
