import type { ContainerWorld } from '../world.ts';

/** What a mount tool needs in its environment to read as the job's role. */
export function roleEnvironment(world: ContainerWorld): Record<string, string> {
  const names = [
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  ];
  return Object.fromEntries(
    names.flatMap(name => (world.environment[name] ? [[name, world.environment[name]]] : [])),
  );
}
