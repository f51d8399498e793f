import { usedLaunchTemplates, volumes } from '../reading/environments.ts';
import { flag } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const volumeEncrypted: Rule = {
  id: 'volume-encrypted',
  what: 'volumes of hosts are encrypted: participants’ data is on scratch',
  source: 'https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html',
  fix: 'Encrypted: true; without KmsKeyId it is the key aws/ebs, which needs no grant',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      volumes(resource).flatMap(({ device, ebs }) =>
        ebs.Encrypted === undefined || flag(ebs.Encrypted) === false
          ? [trouble(resource, ebs.Encrypted, `${device} is not encrypted`)]
          : [],
      ),
    ),
};
