import { type Rule, trouble } from '../rule.ts';

export const imageWaitedFor: Rule = {
  id: 'image-waited-for',
  what: 'no stack waits while a machine image is baked: it takes from half an hour to hours, and a bake that fails takes the deploy with it',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-imagebuilder-image.html',
  fix: 'an ImagePipeline that is started and not waited for, and a parameter of SSM with its newest image (bakedImages)',
  check: template =>
    [...template.resources.values()]
      .filter(({ type }) => type === 'AWS::ImageBuilder::Image')
      .map(resource =>
        trouble(resource, resource.type, 'is made while the stack is, and the stack waits for it'),
      ),
};
