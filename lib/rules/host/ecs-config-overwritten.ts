import { usedLaunchTemplates, userDataLines } from '../reading/environments.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

const file = String.raw`["']?\/etc\/ecs\/ecs\.config`;
const overwrites = new RegExp(
  String.raw`(?<!>)>\|?\s*${file}|\btee\s+(?!.*(?:-a|--append)\b)[^|;]*${file}|\b(?:cp|mv)\s[^|;&]*\s${file}["']?\s*(?:$|[;&|])`,
);

export const ecsConfigOverwritten: Rule = {
  id: 'ecs-config-overwritten',
  what: 'user data adds to /etc/ecs/ecs.config: Batch writes the cluster’s name there, and a host without it joins no cluster',
  source: batchGuide('launch-templates'),
  fix: '>> /etc/ecs/ecs.config',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      userDataLines(resource)
        .filter(line => overwrites.test(line))
        .map(line => trouble(resource, line.trim(), 'overwrites what Batch wrote')),
    ),
};
