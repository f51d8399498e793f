import { metadataNames } from '../../contract/workload/metadata.ts';
import { type Ec2Environment, ec2Environments } from './environments.ts';
import { ofType, type RuleResource, type RuleTemplate, target } from './template.ts';
import { fields, list, text } from './value.ts';

/** Where jobs of a definition may run: one of these environments. */
export interface Placement {
  readonly environments: readonly Ec2Environment[];
  /** The queue, where the template says it. */
  readonly queue?: RuleResource;
}

/**
 * Where jobs of a definition run, each place on its own. A template does not say which definition goes to which queue
 * (ours does, in metadata): then it is one place with every environment, and what fits one of them is well.
 */
export function placements(template: RuleTemplate, definition: RuleResource): readonly Placement[] {
  const named = (list(definition.metadata[metadataNames.queues]) ?? []).flatMap(each => {
    const queue = template.resources.get(text(each) ?? '');
    const environments = queue && queueEnvironments(template, queue);
    return environments ? [{ queue, environments }] : [];
  });
  if (named.length > 0) return named;
  const queues = ofType(template, 'AWS::Batch::JobQueue');
  // A queue with an environment from elsewhere could take any job.
  if (queues.some(queue => !queueEnvironments(template, queue))) return [];
  const environments = ec2Environments(template);
  return environments.length > 0 ? [{ environments }] : [];
}

/** A queue's environments, in order; undefined when one of them is not an EC2 environment of the template. */
function queueEnvironments(
  template: RuleTemplate,
  queue: RuleResource,
): readonly Ec2Environment[] | undefined {
  const all = ec2Environments(template);
  const found = queueMembers(template, queue).map(member =>
    all.find(each => each.resource.id === member?.id),
  );
  return found.length > 0 && found.every(each => each !== undefined)
    ? (found as Ec2Environment[])
    : undefined;
}

/** The compute environments of a queue, undefined for each that is not in the template. */
export const queueMembers = (
  template: RuleTemplate,
  queue: RuleResource,
): readonly (RuleResource | undefined)[] =>
  (list(queue.properties.ComputeEnvironmentOrder) ?? []).map(each =>
    target(
      template,
      fields(each).ComputeEnvironment,
      'AWS::Batch::ComputeEnvironment',
      'ComputeEnvironmentName',
    ),
  );
