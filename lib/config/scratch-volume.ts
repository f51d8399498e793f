import type { ScratchVolume } from '../contract/workload/config.ts';
import type { PoolInput } from './define-lab.ts';
import { type Say, unknownFields, whole } from './say.ts';

/**
 * Says what EC2 would refuse, which it only does when a host is launched: no host would ever come.
 * Source: docs.aws.amazon.com/ebs, General Purpose SSD and Provisioned IOPS SSD volumes; EC2 API, EbsBlockDevice.
 */
export function checkVolume(
  where: string,
  volume: ScratchVolume,
  input: PoolInput['scratch'],
  say: Say,
): void {
  if (typeof volume !== 'object' || volume === null) {
    say(where, `${JSON.stringify(volume)} is no scratch`, "'instance-store', or a volume: { sizeGiB: 200 }");
    return;
  }
  const { type, sizeGiB, iops } = volume;
  if (type !== 'gp3' && type !== 'io2') {
    say(`${where}.type`, `${JSON.stringify(type)} is no type of scratch volumes`, "'gp3' or 'io2'");
    return;
  }
  if (input && typeof input === 'object')
    unknownFields(input, ['type', 'sizeGiB', 'iops', 'throughputMiBps'], `${where}.`, say);
  whole(`${where}.sizeGiB`, sizeGiB, 8, 65_536, say);
  const [least, most, perGiB] = type === 'gp3' ? [3000, 80_000, 500] : [100, 256_000, 1000];
  whole(`${where}.iops`, iops, least, most, say);
  if ('throughputMiBps' in volume && typeof volume.throughputMiBps !== 'number')
    whole(`${where}.throughputMiBps`, volume.throughputMiBps, 125, 2000, say);
  if (Object.values(volume).some(each => typeof each === 'object')) return;
  if (iops > Math.max(least, sizeGiB * perGiB))
    say(
      `${where}.iops`,
      `${iops} are more than ${perGiB} a GiB of ${sizeGiB}`,
      `sizeGiB: ${Math.ceil(iops / perGiB)}`,
    );
  if (type === 'io2') {
    if ('throughputMiBps' in volume)
      say(`${where}.throughputMiBps`, 'is of gp3 alone', 'leave it out: io2 gives what its IOPS carry');
    return;
  }
  const { throughputMiBps } = volume;
  whole(`${where}.throughputMiBps`, throughputMiBps, 125, 2000, say);
  if (throughputMiBps * 4 > iops)
    say(
      `${where}.throughputMiBps`,
      `${throughputMiBps} MiB/s need ${throughputMiBps * 4} IOPS, and ${iops} are given`,
      `iops: ${throughputMiBps * 4}`,
    );
}
