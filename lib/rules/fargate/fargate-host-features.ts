import { isFargate, jobContainers } from '../reading/containers.ts';
import { type Fields, fields, flag, isThere, list, type Value } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const fargateHostFeatures: Rule = {
  id: 'fargate-host-features',
  what: 'a job on Fargate asks for nothing of a host: no privileges, devices, shared memory or folders',
  source: batchApi('ContainerProperties'),
  fix: 'PlatformCapabilities: ["EC2"], or without them',
  check: template =>
    jobContainers(template)
      .filter(each => isFargate(each.resource))
      .flatMap(({ resource, container, volumes }) =>
        hostFeatures(container, volumes).map(name =>
          trouble(resource, name, 'Fargate has no host to take it from'),
        ),
      ),
};

function hostFeatures(container: Fields, volumes: readonly Value[] | undefined): readonly string[] {
  const linux = fields(container.LinuxParameters);
  return [
    ...(flag(container.Privileged) ? ['Privileged'] : []),
    ...['Devices', 'SharedMemorySize', 'Tmpfs', 'MaxSwap', 'Swappiness'].filter(
      name => isThere(linux[name]) && list(linux[name])?.length !== 0,
    ),
    ...((volumes ?? []).some(each => isThere(fields(fields(each).Host).SourcePath))
      ? ['Volumes.Host.SourcePath']
      : []),
  ];
}
