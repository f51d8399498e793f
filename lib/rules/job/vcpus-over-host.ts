import { fits, hostSizes, placeText } from '../reading/fit.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const vcpusOverHost: Rule = {
  id: 'vcpus-over-host',
  what: 'one host gives the vCPUs that a job asks for together with its memory: otherwise it stays RUNNABLE',
  source: batchGuide('job_stuck_in_runnable'),
  fix: 'fewer vCPUs, or a larger instance type in the environment',
  check: template =>
    fits(template).flatMap(({ job, memoryMiB, vcpus, place }) => {
      const roomy = (hostSizes(place) ?? []).filter(each => each.memoryMiB >= memoryMiB);
      const most = Math.max(...roomy.map(each => each.vcpus));
      return Number.isFinite(most) && vcpus > most
        ? [
            trouble(
              job.resource,
              `${vcpus} vCPUs`,
              `hosts${placeText(place)} with the memory have ${most} at most`,
            ),
          ]
        : [];
    }),
};
