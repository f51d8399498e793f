import { usedLaunchTemplates, volumes } from '../reading/environments.ts';
import { type Fields, isThere, number, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const volumeLimits: Rule = {
  id: 'volume-limits',
  what: 'size, IOPS and throughput of a volume go together: EC2 only looks when a host is launched, so no host ever comes',
  source: 'https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html',
  fix: 'gp3: IOPS from 3000 to 500 a GiB and 80,000, throughput from 125 to a quarter of the IOPS and 2,000 MiB/s; Iops for io1 (50 a GiB) and io2 (1,000); neither for others',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      volumes(resource).flatMap(({ device, ebs }) => {
        const wrong = wrongWith(ebs);
        return wrong
          ? [
              trouble(
                resource,
                `${text(ebs.VolumeType)} ${text(ebs.VolumeSize) ?? '?'} GiB`,
                `${device}: ${wrong}`,
              ),
            ]
          : [];
      }),
    ),
};

/** What each type carries: IOPS in all and a GiB, and GiB. Source: EC2 API, EbsBlockDevice; EBS user guide, SSD volumes. */
const limits = {
  gp3: { least: 3000, most: 80_000, perGiB: 500, sizeGiB: 65_536 },
  io1: { least: 100, most: 64_000, perGiB: 50, sizeGiB: 16_384 },
  io2: { least: 100, most: 256_000, perGiB: 1000, sizeGiB: 65_536 },
} as const;

function wrongWith(ebs: Fields): string | undefined {
  const type = text(ebs.VolumeType);
  const [size, iops, throughput] = [ebs.VolumeSize, ebs.Iops, ebs.Throughput].map(number);
  if (type !== 'gp3' && type !== 'io1' && type !== 'io2')
    return type !== undefined && (isThere(ebs.Iops) || isThere(ebs.Throughput))
      ? `${type} takes neither Iops nor Throughput`
      : undefined;
  const { least, most, perGiB, sizeGiB } = limits[type];
  if (size !== undefined && size > sizeGiB) return `${size} GiB, and ${sizeGiB} is the most`;
  if (iops !== undefined && iops < least) return `${iops} IOPS, and ${least} is the least`;
  if (iops !== undefined && iops > most) return `${iops} IOPS, and ${most} is the most`;
  if (iops !== undefined && size !== undefined && iops > Math.max(least, size * perGiB))
    return `${iops} IOPS are more than ${perGiB} a GiB`;
  if (type !== 'gp3')
    return ebs.Iops === undefined
      ? 'no Iops'
      : isThere(ebs.Throughput)
        ? 'Throughput is of gp3 alone'
        : undefined;
  if (throughput === undefined) return undefined;
  if (throughput < 125 || throughput > 2000) return `${throughput} MiB/s, and it has 125 to 2000`;
  const base = ebs.Iops === undefined ? least : iops;
  return base !== undefined && throughput > base / 4
    ? `${throughput} MiB/s need ${throughput * 4} IOPS, it has ${base}`
    : undefined;
}
