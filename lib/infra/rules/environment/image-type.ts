import { ec2Environments } from '../reading/environments.ts';
import { fields, isKnown, knownList, text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const imageType: Rule = {
  id: 'image-type',
  what: 'an environment says that its hosts are Amazon Linux 2023: without, AWS decides; AL2 is refused since 2026-06-30',
  source: batchGuide('ecs-migration-2023'),
  fix: 'Ec2Configuration: [{ "ImageType": "ECS_AL2023" }], or ECS_AL2023_NVIDIA for GPUs',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) => {
      const images = knownList(compute.Ec2Configuration);
      if (images?.length === 0)
        return [trouble(resource, undefined, 'no Ec2Configuration: AWS chooses the image')];
      return (images ?? []).filter(isKnown).flatMap(image => {
        const { ImageType } = fields(image);
        if (ImageType === undefined)
          return [trouble(resource, undefined, 'no ImageType: AWS chooses the image')];
        return /^ECS_AL2(_NVIDIA)?$/.test(text(ImageType) ?? '')
          ? [
              trouble(
                resource,
                ImageType,
                'Amazon Linux 2 is out of support, and refused for new environments',
              ),
            ]
          : [];
      });
    }),
};
