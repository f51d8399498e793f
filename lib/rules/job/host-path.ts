import { ec2Containers } from '../reading/containers.ts';
import { type Ec2Environment, hasOwnImage, launchData, userData } from '../reading/environments.ts';
import { placements } from '../reading/placement.ts';
import { fields, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

/** Folders that hosts have without our doing. */
const system =
  /^\/($|(bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|sbin|sys|tmp|usr|var)(\/|$))/;

export const hostPath: Rule = {
  id: 'host-path',
  what: 'a folder of the host that jobs mount is made by user data: otherwise Docker makes it, on the 30 GiB root disk, and jobs fill that in silence',
  source: batchApi('Host'),
  fix: 'user data that mounts a volume there before the agent starts',
  check: template =>
    ec2Containers(template).flatMap(({ resource, volumes }) =>
      (volumes ?? []).flatMap(volume => {
        const path = text(fields(fields(volume).Host).SourcePath);
        if (path === undefined || system.test(path)) return [];
        const bare = placements(template, resource).flatMap(({ queue, environments }) => {
          const without = environments.filter(each => lacks(each, path));
          return queue || without.length === environments.length ? without : [];
        });
        return bare.map(each =>
          trouble(resource, path, `nothing makes ${path} on the hosts of ${each.resource.id}`),
        );
      }),
    ),
};

/** Whether all that a host is made of is in the template, and none of it names the path. */
const lacks = (environment: Ec2Environment, path: string): boolean =>
  !hasOwnImage(environment) &&
  environment.launchTemplates.every(
    ({ resource }) =>
      resource &&
      (launchData(resource).UserData === undefined ||
        !foldersOf(path).some(each => isNamed(userData(resource), each) !== false)),
  );

/** The path and the folders above it: what is mounted on one of them has the path in it. */
const foldersOf = (path: string): readonly string[] => {
  const names = path.split('/').filter(Boolean);
  return names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`);
};

/** Whether a text names the path, and not as a piece of another name. */
const isNamed = (text: string | undefined, path: string): boolean | undefined =>
  text
    ?.split(path)
    .some((after, i, parts) => i > 0 && !/[\w.*-]$/.test(parts[i - 1]!) && !/^[\w-]/.test(after));
