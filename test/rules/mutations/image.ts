import { type Mutation, set } from './changes.ts';
import type { Fields, Parts } from './parts.ts';

const add = ({ resources }: Parts, type: string, Properties: Fields): void =>
  set(resources, { Baked: { Type: `AWS::ImageBuilder::${type}`, Properties, Metadata: {} } });
const distribution = (name: string): Fields => ({
  Distributions: [{ Region: 'us-west-2', SsmParameterConfigurations: [{ ParameterName: name }] }],
});

/** What bakes machine images, beside the default lab, broken in one way. */
export const imageMutations: readonly Mutation[] = [
  {
    title: 'an image that is baked while the stack is made',
    rule: 'image-waited-for',
    mutate: p => add(p, 'Image', { ImageRecipeArn: 'arn' }),
  },
  {
    title: 'a root volume as the base has it',
    rule: 'image-encrypted',
    mutate: p => add(p, 'ImageRecipe', { ParentImage: 'ssm:/base' }),
  },
  {
    title: 'a volume that is not encrypted',
    rule: 'image-encrypted',
    mutate: p =>
      add(p, 'ImageRecipe', { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100 } }] }),
  },
  {
    title: 'a parameter that Image Builder’s role may not write',
    rule: 'image-parameter',
    mutate: p => add(p, 'DistributionConfiguration', distribution('/lab/image')),
  },
];
