import { usedLaunchTemplates, userDataLines } from '../reading/environments.ts';
import { type Rule, trouble } from '../rule.ts';

export const nvmeDevice: Rule = {
  id: 'nvme-device',
  what: 'user data names a volume as its mapping does: /dev/nvme1n1 is another disk after the next boot, or on a type with disks of its own',
  source: 'https://docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html',
  fix: 'the DeviceName of the mapping (/dev/xvdb), which is a link to the disk',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      userDataLines(resource).flatMap(line => {
        const found = /\/dev\/nvme\d+n\d+/.exec(line);
        return found ? [trouble(resource, found[0], 'the order of NVMe disks is not fixed')] : [];
      }),
    ),
};
