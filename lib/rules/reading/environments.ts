import type { Architecture } from '../../contract/workload/workload.ts';
import { hostArchitecture } from './host-type.ts';
import { once } from './once.ts';
import { ofType, type RuleResource, type RuleTemplate, target } from './template.ts';
import { type Fields, fields, isEncoded, isKnown, list, partialText, text, type Value } from './value.ts';

/** A managed compute environment whose hosts are EC2 instances for ECS: the kind that rules of hosts are about. */
export interface Ec2Environment {
  readonly resource: RuleResource;
  readonly compute: Fields;
  /** Names that are known. */
  readonly instanceTypes: readonly string[];
  /** Whether `instanceTypes` is all of them. */
  readonly allTypesKnown: boolean;
  readonly launchTemplates: readonly UsedLaunchTemplate[];
}

/** A launch template as an environment uses it. */
export interface UsedLaunchTemplate {
  /** The specification in the environment, or one of its overrides. */
  readonly specification: Fields;
  /** Where it is of the same template. */
  readonly resource?: RuleResource;
}

export const ec2Environments = once((template: RuleTemplate): readonly Ec2Environment[] =>
  ofType(template, 'AWS::Batch::ComputeEnvironment').flatMap(resource => {
    const { Type, ComputeResources, EksConfiguration } = resource.properties;
    const compute = fields(ComputeResources);
    const market = text(compute.Type)?.toUpperCase();
    if (text(Type)?.toUpperCase() !== 'MANAGED' || EksConfiguration !== undefined) return [];
    if (market !== 'EC2' && market !== 'SPOT') return [];
    // A list is what Batch wants; one text is what CloudFormation also takes.
    const types =
      list(compute.InstanceTypes) ?? (compute.InstanceTypes === undefined ? [] : [compute.InstanceTypes]);
    const known = types.map(text).filter(each => each !== undefined);
    return [
      {
        resource,
        compute,
        instanceTypes: known,
        allTypesKnown: compute.InstanceTypes !== undefined && known.length === types.length,
        launchTemplates: launchTemplatesOf(template, compute.LaunchTemplate),
      },
    ];
  }),
);

function launchTemplatesOf(template: RuleTemplate, value: Value | undefined): readonly UsedLaunchTemplate[] {
  if (value === undefined || !isKnown(value)) return [];
  const base = fields(value);
  return [base, ...(list(base.Overrides) ?? []).filter(isKnown).map(fields)].map(specification => {
    const named = specification.LaunchTemplateId ?? specification.LaunchTemplateName;
    const resource = target(template, named, 'AWS::EC2::LaunchTemplate', 'LaunchTemplateName');
    return resource ? { specification, resource } : { specification };
  });
}

/** The one architecture of an environment's hosts; undefined where it is mixed or not known. */
export function environmentArchitecture(environment: Ec2Environment): Architecture | undefined {
  const found = new Set(environment.instanceTypes.map(hostArchitecture));
  return environment.allTypesKnown && found.size === 1 ? [...found][0] : undefined;
}

/** Whether hosts start from an image of the user's own, whose insides a template does not show. */
export const hasOwnImage = (environment: Ec2Environment): boolean =>
  environment.compute.ImageId !== undefined ||
  !isKnown(environment.compute.LaunchTemplate) ||
  environment.launchTemplates.some(
    each => !each.resource || launchData(each.resource).ImageId !== undefined,
  ) ||
  (list(environment.compute.Ec2Configuration) ?? []).some(
    each => !isKnown(each) || fields(each).ImageIdOverride !== undefined,
  );

/** Launch templates of the same template that EC2 environments use, each once. */
export function usedLaunchTemplates(template: RuleTemplate): readonly RuleResource[] {
  return [
    ...new Set(
      ec2Environments(template).flatMap(each => each.launchTemplates.flatMap(used => used.resource ?? [])),
    ),
  ];
}

export const launchData = (resource: RuleResource): Fields => fields(resource.properties.LaunchTemplateData);

/** EBS mappings of a launch template that are known: device name and volume. */
export function volumes(
  resource: RuleResource,
): readonly { readonly device: string; readonly ebs: Fields }[] {
  return (list(launchData(resource).BlockDeviceMappings) ?? []).flatMap(each => {
    const { DeviceName, Ebs } = fields(each);
    return Ebs !== undefined && isKnown(Ebs) ? [{ device: text(DeviceName) ?? '?', ebs: fields(Ebs) }] : [];
  });
}

/** User data as text, with holes; undefined where there is none or nothing of it is known. */
export const userData = once((resource: RuleResource): string | undefined => {
  const value = launchData(resource).UserData;
  if (isEncoded(value)) return partialText(value.inner);
  const literal = text(value);
  if (literal === undefined) return undefined;
  const decoded = Buffer.from(literal, 'base64');
  return decoded.toString('base64').replace(/=+$/, '') === literal.replace(/\s|=+$/g, '')
    ? decoded.toString('utf8')
    : undefined;
});

/** The script's lines without comments. */
export const userDataLines = (resource: RuleResource): readonly string[] =>
  (userData(resource) ?? '').split('\n').filter(line => !/^\s*#(?!!)/.test(line));
