import type { Needed } from '../access/needed.ts';
import type { JsonCall } from '../http/service.ts';

/** The rights that a call of CloudWatch Logs needs, by the ARNs that its refusals name. `arn` is `arn:aws:logs:REGION:ACCOUNT`. */
export function logsRights({ action, input }: Pick<JsonCall, 'action' | 'input'>, arn: string): Needed[] {
  const given = String(input.logGroupName ?? input.logGroupIdentifier ?? '');
  const group = given.startsWith('arn:') ? given.split(':').slice(6).join(':').replace(/:\*$/, '') : given;
  const ofGroup = `${arn}:log-group:${group}:log-stream:`;
  if (action === 'DescribeLogGroups') {
    return [{ action: 'logs:DescribeLogGroups', resource: `${arn}:log-group::log-stream:` }];
  }
  if (['GetLogEvents', 'PutLogEvents'].includes(action)) {
    return [{ action: `logs:${action}`, resource: `${ofGroup}${String(input.logStreamName ?? '')}` }];
  }
  return known.includes(action) ? [{ action: `logs:${action}`, resource: ofGroup }] : [];
}

const known = ['FilterLogEvents', 'DescribeLogStreams', 'CreateLogGroup', 'CreateLogStream'];
