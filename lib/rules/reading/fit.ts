import { ec2Containers, type JobContainer, requirement } from './containers.ts';
import { type HostSize, hostSize } from './host-type.ts';
import { type Placement, placements } from './placement.ts';
import type { RuleTemplate } from './template.ts';

/** A container, what it asks for, and a place where its jobs run. Memory in MiB. */
export interface Fit {
  readonly job: JobContainer;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly place: Placement;
}

/** Every container with every place where its jobs run, where what it asks for is known. */
export const fits = (template: RuleTemplate): readonly Fit[] =>
  ec2Containers(template).flatMap(job => {
    const memoryMiB = requirement(job.container, 'MEMORY');
    const vcpus = requirement(job.container, 'VCPU');
    return typeof memoryMiB === 'number' && typeof vcpus === 'number'
      ? placements(template, job.resource).map(place => ({ job, memoryMiB, vcpus, place }))
      : [];
  });

/** Sizes of all hosts of a place; undefined where one of them is not known. */
export function hostSizes({ environments }: Placement): readonly HostSize[] | undefined {
  if (!environments.every(each => each.allTypesKnown)) return undefined;
  const sizes = environments.flatMap(each => each.instanceTypes.map(hostSize));
  return sizes.length > 0 && sizes.every(each => each !== undefined) ? (sizes as HostSize[]) : undefined;
}

/** `in Queue`, where the template says to which queue jobs go. */
export const placeText = ({ queue }: Placement): string => (queue ? ` of ${queue.id}` : '');
