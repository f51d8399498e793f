import { ofType, type RuleResource, type RuleTemplate } from './template.ts';
import { type Fields, fields, list, text } from './value.ts';

/** Actions on jobs that wait too long, of every queue for ECS or EKS. */
export const timeLimits = (
  template: RuleTemplate,
): readonly { readonly queue: RuleResource; readonly action: Fields }[] =>
  ofType(template, 'AWS::Batch::JobQueue')
    .filter(queue => text(queue.properties.JobQueueType) !== 'SAGEMAKER_TRAINING')
    .flatMap(queue =>
      (list(queue.properties.JobStateTimeLimitActions) ?? []).map(each => ({ queue, action: fields(each) })),
    );
