import { usedLaunchTemplates, volumes } from '../reading/environments.ts';
import { type Fields, isThere, number, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const volumeLimits: Rule = {
  id: 'volume-limits',
  what: 'size, IOPS and throughput of a volume go together: EC2 only looks when a host is launched, so no host ever comes',
  source: 'https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html',
  fix: 'gp3: IOPS from 3000 to 500 a GiB, throughput from 125 to a quarter of the IOPS in MiB/s; Iops for io1 and io2; neither for others',
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

function wrongWith(ebs: Fields): string | undefined {
  const type = text(ebs.VolumeType);
  const [size, iops, throughput] = [ebs.VolumeSize, ebs.Iops, ebs.Throughput].map(number);
  if (type === 'io1' || type === 'io2')
    return ebs.Iops === undefined
      ? 'no Iops'
      : isThere(ebs.Throughput)
        ? 'Throughput is of gp3 alone'
        : undefined;
  if (type !== 'gp3')
    return type !== undefined && (isThere(ebs.Iops) || isThere(ebs.Throughput))
      ? `${type} takes neither Iops nor Throughput`
      : undefined;
  if (iops !== undefined && iops < 3000) return `${iops} IOPS, and 3000 is the least`;
  if (iops !== undefined && size !== undefined && iops > Math.max(3000, size * 500))
    return `${iops} IOPS are more than 500 a GiB`;
  if (throughput === undefined) return undefined;
  if (throughput < 125) return `${throughput} MiB/s, and 125 is the least`;
  const base = ebs.Iops === undefined ? 3000 : iops;
  return base !== undefined && throughput > base / 4
    ? `${throughput} MiB/s need ${throughput * 4} IOPS, it has ${base}`
    : undefined;
}
