import type { Account } from '../../contract/ports/account.ts';
import { type Check, type Finding, fail, ok, warn } from '../finding.ts';

interface Facts {
  readonly stack: Awaited<ReturnType<Account['stack']>>;
  readonly failure: Awaited<ReturnType<Account['firstFailure']>>;
}

/** The lab's stack is there and whole; where it is not, what failed first. */
export const stack: Check<Facts> = {
  name: 'stack',
  needs: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'],
  async gather(account, { stackName }) {
    const found = await account.stack(stackName);
    const failed = found !== undefined && /FAILED|ROLLBACK/.test(found.status);
    return { stack: found, failure: failed ? await account.firstFailure(stackName) : undefined };
  },
  judge({ stack: found, failure }, { stackName, config }) {
    if (!found) return [fail(`there is no stack ${stackName} in ${config.region}`, 'npm run deploy')];
    const { status } = found;
    if (good.has(status)) return [ok(`${stackName} is ${status}`)];
    const cause = failure
      ? `: ${failure.logicalId} (${failure.type}): ${failure.statusReason ?? 'CloudFormation gives no reason'}`
      : found.statusReason
        ? `: ${found.statusReason}`
        : '';
    if (/_IN_PROGRESS$/.test(status)) return [warn(`${stackName} is ${status}${cause}`)];
    return [judgeFailed(stackName, status, cause)];
  },
};

const good = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']);

/** What a person does about each of CloudFormation's states that are no good. */
function judgeFailed(name: string, status: string, cause: string): Finding {
  const text = `${name} is ${status}${cause}`;
  switch (status) {
    case 'UPDATE_ROLLBACK_COMPLETE':
      return warn(`${text}; the lab is as it was before that deploy`, 'mend the cause, then npm run deploy');
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
    case 'CREATE_FAILED':
      return fail(text, 'mend the cause, npm run destroy, then npm run deploy');
    case 'UPDATE_ROLLBACK_FAILED':
      return fail(
        text,
        `mend the cause, then aws cloudformation continue-update-rollback --stack-name ${name}`,
      );
    case 'DELETE_FAILED':
      return fail(text, 'mend the cause, then npm run destroy');
    case 'DELETE_COMPLETE':
      return fail(text, 'npm run deploy');
    default:
      return fail(text, 'mend the cause, then npm run deploy');
  }
}
