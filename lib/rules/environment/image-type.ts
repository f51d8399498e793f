import { type Ec2Environment, ec2Environments, hasOwnImage } from '../reading/environments.ts';
import { fields, knownList, text } from '../reading/value.ts';
import { batchGuide, type Rule, type Trouble, trouble } from '../rule.ts';

export const imageType: Rule = {
  id: 'image-type',
  what: 'an environment says that its hosts are Amazon Linux 2023: without, AWS decides; AL2 is refused since 2026-06-30',
  source: batchGuide('ecs-migration-2023'),
  fix: 'Ec2Configuration: [{ "ImageType": "ECS_AL2023" }], or ECS_AL2023_NVIDIA for GPUs',
  check: template => ec2Environments(template).flatMap(checkEnvironment),
};

function checkEnvironment(environment: Ec2Environment): readonly Trouble[] {
  const { resource, compute } = environment;
  const images = knownList(compute.Ec2Configuration);
  if (images?.length === 0)
    return hasOwnImage(environment)
      ? []
      : [trouble(resource, undefined, 'no Ec2Configuration: AWS chooses the image')];
  return (images ?? []).flatMap(image => {
    const { ImageType, ImageIdOverride } = fields(image);
    if (ImageType === undefined) return [trouble(resource, undefined, 'an image without its type')];
    if (!/^ECS_AL2(_NVIDIA)?$/.test(text(ImageType) ?? '')) return [];
    return [
      trouble(
        resource,
        ImageType,
        ImageIdOverride === undefined
          ? 'Amazon Linux 2 is out of support, and refused for new environments'
          : 'an image of one’s own as Amazon Linux 2, which is out of support (CDK says so of every image)',
      ),
    ];
  });
}
