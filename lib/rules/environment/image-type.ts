import { type Ec2Environment, ec2Environments, hasOwnImage, launchData } from '../reading/environments.ts';
import type { RuleResource } from '../reading/template.ts';
import { type Fields, fields, knownList, storedAt, text, type Value } from '../reading/value.ts';
import { batchGuide, type Rule, type Trouble, trouble } from '../rule.ts';

export const imageType: Rule = {
  id: 'image-type',
  what: 'an environment says that its hosts are Amazon Linux 2023: without, AWS decides; AL2 is refused since 2026-06-30',
  source: batchGuide('ecs-migration-2023'),
  fix: 'Ec2Configuration: [{ "ImageType": "ECS_AL2023" }], or ECS_AL2023_NVIDIA for GPUs',
  check: template => ec2Environments(template).flatMap(checkEnvironment),
};

function checkEnvironment(environment: Ec2Environment): readonly Trouble[] {
  const { resource, compute, launchTemplates } = environment;
  const images = knownList(compute.Ec2Configuration);
  const older = [
    compute.ImageId,
    ...launchTemplates.map(each => each.resource && launchData(each.resource).ImageId),
  ].flatMap(each => olderImage(resource, each));
  if (images?.length === 0)
    return hasOwnImage(environment)
      ? older
      : [trouble(resource, undefined, 'no Ec2Configuration: AWS chooses the image')];
  return [...older, ...(images ?? []).flatMap(image => checkImage(resource, fields(image)))];
}

function checkImage(resource: RuleResource, { ImageType, ImageIdOverride }: Fields): readonly Trouble[] {
  if (ImageType === undefined) return [trouble(resource, undefined, 'an image without its type')];
  if (!/^ECS_AL2(_NVIDIA)?$/.test(text(ImageType) ?? '')) return olderImage(resource, ImageIdOverride);
  return [
    trouble(
      resource,
      ImageType,
      ImageIdOverride === undefined
        ? 'Amazon Linux 2 is out of support, and refused for new environments'
        : 'an image of one’s own as Amazon Linux 2, which is out of support (CDK says so of every image)',
    ),
  ];
}

/** An image whose name in Parameter Store says that it is no Amazon Linux 2023. */
function olderImage(resource: RuleResource, image: Value | undefined): readonly Trouble[] {
  const path = storedAt(image);
  const release =
    path && /\/(amazon-linux-2|amazon-linux|ami-amazon-linux-latest\/amzn2?-ami)[/-]/.exec(`${path}/`)?.[1];
  if (!release || /amazon-linux-2023/.test(path)) return [];
  return [
    trouble(
      resource,
      image,
      `the image of Amazon Linux ${/2/.test(release) ? '2' : '1'}, out of support: its agent is not what ECS_AL2023 expects`,
      `/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id (arm64: …/amazon-linux-2023/arm64/recommended/image_id), or no image of one’s own`,
    ),
  ];
}
