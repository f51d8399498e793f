import { ec2Containers } from '../reading/containers.ts';
import { fields, flag, list, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const fuseWithoutPrivileged: Rule = {
  id: 'fuse-without-privileged',
  what: 'a container with /dev/fuse is privileged: a mount needs CAP_SYS_ADMIN, and Batch gives no single capability',
  source: batchApi('LinuxParameters'),
  fix: 'Privileged: true with its reason, or inputs that are downloaded',
  check: template =>
    ec2Containers(template).flatMap(({ resource, container: { LinuxParameters, Privileged } }) =>
      (list(fields(LinuxParameters).Devices) ?? []).some(
        each => text(fields(each).HostPath) === '/dev/fuse',
      ) &&
      (Privileged === undefined || flag(Privileged) === false)
        ? [trouble(resource, '/dev/fuse', 'the device is there, and mounting is not allowed')]
        : [],
    ),
};
