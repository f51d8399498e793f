import { usedLaunchTemplates, userDataLines } from '../reading/environments.ts';
import { type Rule, trouble } from '../rule.ts';

const starts =
  /\bsystemctl\s+(?:--\S+\s+)*(?:start|restart|try-restart|reload-or-restart|enable\s+--now)\s.*\b(?:ecs|docker)\b|\bservice\s+(?:ecs|docker)\s+(?:start|restart)\b/;

export const userDataDeadlock: Rule = {
  id: 'user-data-deadlock',
  what: 'user data does not start ecs or docker: both wait until user data is through, so it waits for itself and the host never joins',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bootstrap_container_instance.html',
  fix: 'leave it out (they start by themselves), or systemctl --no-block',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      userDataLines(resource)
        .filter(line => starts.test(line) && !line.includes('--no-block'))
        .map(line => trouble(resource, line.trim(), 'waits for a service that waits for it')),
    ),
};
