import { ec2Environments } from '../reading/environments.ts';
import { fields, list, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

const known = ['ECS_AL2', 'ECS_AL2_NVIDIA', 'ECS_AL2023', 'ECS_AL2023_NVIDIA'];

export const imageTypeKnown: Rule = {
  id: 'image-type-known',
  what: 'an image type is one that Batch has for ECS hosts; CloudFormation takes any text and the environment turns INVALID',
  source: batchApi('Ec2Configuration'),
  fix: 'ECS_AL2023, or ECS_AL2023_NVIDIA for GPUs',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) =>
      (list(compute.Ec2Configuration) ?? []).flatMap(image => {
        const { ImageType } = fields(image);
        const name = text(ImageType);
        return name === undefined || known.includes(name)
          ? []
          : [trouble(resource, ImageType, 'no image type of Batch for ECS')];
      }),
    ),
};
