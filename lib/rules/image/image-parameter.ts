import { fields, list, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const imageParameter: Rule = {
  id: 'image-parameter',
  what: 'Image Builder can write the parameter with the newest image: its service-linked role may below /imagebuilder/ alone, and the bake fails at its end',
  source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam-awsmanpol.html',
  fix: 'a name below /imagebuilder/, or an ExecutionRole of the pipeline that may write it',
  check: template => {
    const all = [...template.resources.values()];
    const pipelines = all.filter(({ type }) => type === 'AWS::ImageBuilder::ImagePipeline');
    // A pipeline with a role of its own may write what that role may.
    if (pipelines.some(({ properties }) => properties.ExecutionRole !== undefined)) return [];
    return all
      .filter(({ type }) => type === 'AWS::ImageBuilder::DistributionConfiguration')
      .flatMap(resource =>
        (list(resource.properties.Distributions) ?? [])
          .flatMap(each => list(fields(each).SsmParameterConfigurations) ?? [])
          .flatMap(each => {
            const name = fields(each).ParameterName;
            const known = text(name);
            return known !== undefined && !/^\/?imagebuilder\//.test(known)
              ? [trouble(resource, name, 'is not below /imagebuilder/')]
              : [];
          }),
      );
  },
};
