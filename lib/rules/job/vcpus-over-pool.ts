import { fits, placeText } from '../reading/fit.ts';
import { number } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const vcpusOverPool: Rule = {
  id: 'vcpus-over-pool',
  what: 'an environment may grow to what one job asks for: above maxvCpus it stays RUNNABLE (COMPUTE_ENVIRONMENT_MAX_RESOURCE)',
  source: batchGuide('job_stuck_in_runnable'),
  fix: 'a larger MaxvCpus, or fewer vCPUs',
  check: template =>
    fits(template).flatMap(({ job, vcpus, place }) => {
      const limits = place.environments.map(
        each => number(each.compute.MaxvCpus) ?? Number.POSITIVE_INFINITY,
      );
      const most = Math.max(...limits);
      return vcpus > most
        ? [trouble(job.resource, `${vcpus} vCPUs`, `environments${placeText(place)} may have ${most}`)]
        : [];
    }),
};
