import { ec2Containers, imageArchitecture } from '../reading/containers.ts';
import { environmentArchitecture } from '../reading/environments.ts';
import { placements } from '../reading/placement.ts';
import { type Rule, trouble } from '../rule.ts';

export const imageArchitectureRule: Rule = {
  id: 'image-architecture',
  what: 'an image is built for the hosts that run it: “exec format error” comes only when the job starts',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html',
  fix: 'build the image for the architecture of the pool, or send its jobs to another queue',
  check: template =>
    ec2Containers(template).flatMap(job => {
      const image = imageArchitecture(template, job);
      if (!image) return [];
      return placements(template, job.resource).flatMap(({ queue, environments }) => {
        const hosts = environments.map(environmentArchitecture);
        // In a queue that is named every host counts; where no queue is, one that fits is enough.
        const wrong =
          hosts.every(each => each !== undefined) &&
          (queue ? hosts.some(each => each !== image) : !hosts.includes(image));
        return wrong
          ? [
              trouble(
                job.resource,
                image,
                `an image for ${image}, on hosts of ${[...new Set(hosts)].join(', ')}${queue ? ` (${queue.id})` : ''}`,
              ),
            ]
          : [];
      });
    }),
};
