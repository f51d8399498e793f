import { App, Stack } from 'aws-cdk-lib';
import { scratchUserData } from '../../../lib/infra/pools/user-data.ts';

export type Kind = 'volume' | 'instance-store' | 'docker-on-store';

/** User data as a host gets it. */
export const userDataText = (kind: Kind): string =>
  new Stack(new App(), 'S').resolve(
    scratchUserData(kind === 'volume' ? kind : 'instance-store', kind === 'docker-on-store').render(),
  ) as string;

/** The script in it: what cloud-init writes to a file and runs. */
export function scriptText(kind: Kind): string {
  const [, , body = ''] =
    /Content-Type: text\/x-shellscript[^\n]*\n([\w-]+:[^\n]*\n)*\n([\s\S]*?)\n--==ARRAYLAB==--/.exec(
      userDataText(kind),
    )!;
  return `${body}\n`;
}
