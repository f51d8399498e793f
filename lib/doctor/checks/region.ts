import type { RegionState } from '../../contract/ports/account.ts';
import { type Check, fail, ok, unchecked } from '../finding.ts';

/** The region of the configuration is there, and turned on for the account. */
export const region: Check<RegionState> = {
  name: 'region',
  needs: ['ec2:DescribeRegions'],
  notOnTwin: 'it is in every region',
  gather: account => account.region(),
  judge(state, { config }) {
    if (state === 'enabled') return [ok(config.region)];
    if (state === 'not-opted-in')
      return [
        fail(
          `${config.region} is not turned on for this account`,
          `aws account enable-region --region-name ${config.region}, or another region in lab.config.ts`,
        ),
      ];
    return [unchecked(`AWS does not say whether ${config.region} is turned on`)];
  },
};
