import { isFargate, type JobContainer, jobContainers } from './containers.ts';
import { ofType, type RuleResource, type RuleTemplate } from './template.ts';
import { fields, list, text, type Value } from './value.ts';

/** Containers of jobs on Fargate. */
export const fargateContainers = (template: RuleTemplate): readonly JobContainer[] =>
  jobContainers(template).filter(each => isFargate(each.resource));

/** Managed Fargate environments, with the values of their subnets; undefined where these are not known. */
export const fargateEnvironments = (
  template: RuleTemplate,
): readonly { readonly resource: RuleResource; readonly subnets: readonly Value[] | undefined }[] =>
  ofType(template, 'AWS::Batch::ComputeEnvironment').flatMap(resource => {
    const { Type, Subnets } = fields(resource.properties.ComputeResources);
    return text(Type)?.toUpperCase().startsWith('FARGATE') ? [{ resource, subnets: list(Subnets) }] : [];
  });
