import {
  ec2Environments,
  hasOwnImage,
  launchData,
  userData,
  userDataLines,
} from '../reading/environments.ts';
import { fields, isKnown, knownList, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

/** xvdb and sdb are one device under two names. */
const letter = (device: string): string => device.replace(/^\/dev\/(xvd|sd)/, '').replace(/\d+$/, '');

export const deviceMapping: Rule = {
  id: 'device-mapping',
  what: 'a volume that user data waits for is in the block device mappings: otherwise the script never gets through',
  source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html',
  fix: 'a BlockDeviceMapping with that DeviceName, or the name of one that is there',
  check: template => {
    const environments = ec2Environments(template).filter(each => !hasOwnImage(each));
    const launches = new Set(
      environments.flatMap(each => each.launchTemplates.flatMap(used => used.resource ?? [])),
    );
    return [...launches].flatMap(resource => {
      const mappings = knownList(launchData(resource).BlockDeviceMappings);
      const devices = mappings?.map(each => (isKnown(each) ? text(fields(each).DeviceName) : undefined));
      // A script may attach volumes itself.
      if (!devices?.every(each => each !== undefined) || userData(resource)?.includes('attach-volume'))
        return [];
      // The root volume is the image's.
      const there = new Set(['a', ...devices.map(each => letter(each!))]);
      const named = userDataLines(resource).flatMap(
        line => line.match(/\/dev\/(?:xvd|sd)[a-z]{1,2}\d*(?![a-z[*?])/g) ?? [],
      );
      return [...new Set(named)]
        .filter(device => !there.has(letter(device)))
        .map(device => trouble(resource, device, 'no block device mapping has that name'));
    });
  },
};
