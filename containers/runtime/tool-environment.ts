/** What a tool sees of the container's environment: nothing that opens AWS, and none of our own wiring. */
export function toolEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const hidden =
    /^(AWS_CONTAINER_|AWS_ACCESS_KEY_ID$|AWS_SECRET_ACCESS_KEY$|AWS_SESSION_TOKEN$|ECS_CONTAINER_METADATA|LAB_MOUNTS(_BY)?$|LAB_PLACES$|LAB_TOOL_CREDENTIALS$|LAB_SCRATCH_CHECK$|LAB_TOOLS_FROM$|INPUT_BUCKET_SECRET$|NDA_PASSWORD$)/;
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || hidden.test(name) ? [] : [[name, value]],
    ),
  );
}

/** What makes a tool the job's role: where its credentials are, and where AWS is. */
export function roleEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const shown =
    /^(AWS_CONTAINER_|AWS_ACCESS_KEY_ID$|AWS_SECRET_ACCESS_KEY$|AWS_SESSION_TOKEN$|AWS_ENDPOINT_URL)/;
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && shown.test(name) ? [[name, value]] : [],
    ),
  );
}
