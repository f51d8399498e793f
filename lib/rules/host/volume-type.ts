import { usedLaunchTemplates, volumes } from '../reading/environments.ts';
import { isRoot } from '../reading/root-device.ts';
import { text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const volumeType: Rule = {
  id: 'volume-type',
  what: 'a volume is not gp2 (the default) or magnetic: small ones are slow once their credits are used up, and gp3 costs less',
  source: 'https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html',
  fix: 'VolumeType: gp3',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      volumes(resource).flatMap(({ device, ebs }) => {
        const plain =
          ebs.VolumeType === undefined
            ? !isRoot(device)
            : /^(gp2|standard)$/.test(text(ebs.VolumeType) ?? '');
        return plain ? [trouble(resource, ebs.VolumeType, `${device} is gp2 or magnetic`)] : [];
      }),
    ),
};
