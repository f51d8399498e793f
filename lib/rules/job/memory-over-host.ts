import { fits, hostSizes, placeText } from '../reading/fit.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const memoryOverHost: Rule = {
  id: 'memory-over-host',
  what: 'a host gives what a job asks for: the agent and 5 % are not for jobs, so 64 GiB never fit on a host of 64 GiB and stay RUNNABLE',
  source: batchGuide('ecs-reserved-memory'),
  fix: 'less memory, or a larger instance type in the environment',
  check: template =>
    fits(template).flatMap(({ job, memoryMiB, place }) => {
      const largest = Math.max(...(hostSizes(place) ?? []).map(each => each.memoryMiB));
      return Number.isFinite(largest) && memoryMiB > largest
        ? [
            trouble(
              job.resource,
              `${memoryMiB} MiB`,
              `the largest host${placeText(place)} gives ${largest} MiB`,
            ),
          ]
        : [];
    }),
};
