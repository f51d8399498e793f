import { metadataNames } from '../../contract/workload/metadata.ts';
import { ec2Containers, type JobContainer } from '../reading/containers.ts';
import { allows } from '../reading/permissions.ts';
import { placements } from '../reading/placement.ts';
import { ofType, type RuleTemplate, target } from '../reading/template.ts';
import { flag } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

const actions = ['s3:DeleteObject', 's3:DeleteObjectVersion'];

export const privilegedBesideDelete: Rule = {
  id: 'privileged-beside-delete',
  what: 'jobs that may delete data share no hosts with privileged ones: a privileged container is root of its host, and can be whoever else is on it',
  source: batchGuide('security-best-practices'),
  fix: 'a queue and environment of its own for jobs that delete, or no Privileged',
  check: template => {
    const jobs = ec2Containers(template).map(job => ({ job, hosts: hostsOf(template, job) }));
    const privileged = jobs.filter(({ job }) => flag(job.container.Privileged) === true);
    return jobs.flatMap(({ job, hosts }) => {
      const rights = rightsToDelete(template, job);
      if (rights.length === 0) return [];
      return privileged
        .filter(
          ({ job: other, hosts: its }) =>
            other.resource === job.resource || its.some(each => hosts.includes(each)),
        )
        .map(({ job: other }) =>
          trouble(
            job.resource,
            rights,
            other.resource === job.resource
              ? 'privileged, and may delete'
              : `may delete, on hosts that privileged ${other.resource.id} shares`,
          ),
        );
    });
  },
};

function rightsToDelete(template: RuleTemplate, { jobRole }: JobContainer): readonly string[] {
  const role = target(template, jobRole, 'AWS::IAM::Role', 'RoleName');
  return role ? actions.filter(action => allows(template, role, action)) : [];
}

/** Ids of the environments that a definition's jobs go to, where the template says it or has one queue alone. */
function hostsOf(template: RuleTemplate, { resource }: JobContainer): readonly string[] {
  const isSaid = resource.metadata[metadataNames.queues] !== undefined;
  if (!isSaid && ofType(template, 'AWS::Batch::JobQueue').length !== 1) return [];
  return placements(template, resource).flatMap(({ environments }) =>
    environments.map(each => each.resource.id),
  );
}
