import { usedLaunchTemplates, volumes } from '../reading/environments.ts';
import { isRoot } from '../reading/root-device.ts';
import { flag } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const volumeKept: Rule = {
  id: 'volume-kept',
  what: 'volumes go with their host: those that stay are paid for until somebody finds them',
  source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html',
  fix: 'DeleteOnTermination: true',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      volumes(resource).flatMap(({ device, ebs: { DeleteOnTermination } }) => {
        const kept =
          DeleteOnTermination === undefined ? !isRoot(device) : flag(DeleteOnTermination) === false;
        return kept ? [trouble(resource, DeleteOnTermination, `${device} may outlive its host`)] : [];
      }),
    ),
};
