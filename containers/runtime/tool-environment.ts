/** What a tool sees of the container's environment: nothing that opens AWS, and none of our own wiring. */
export function toolEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const hidden =
    /^(AWS_CONTAINER_|AWS_ACCESS_KEY_ID$|AWS_SECRET_ACCESS_KEY$|AWS_SESSION_TOKEN$|ECS_CONTAINER_METADATA|LAB_MOUNTS(_BY)?$|LAB_SCRATCH_CHECK$|LAB_TOOLS_FROM$|INPUT_BUCKET_SECRET$|NDA_PASSWORD$)/;
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || hidden.test(name) ? [] : [[name, value]],
    ),
  );
}
