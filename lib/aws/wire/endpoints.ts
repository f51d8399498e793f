/** Where a service of AWS is in a region. */
export const awsEndpoint = (service: string, region: string): string =>
  `https://${service}.${region}.${suffixOf(region)}`;

function suffixOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

/** The address that the environment gives instead of AWS's: AWS_ENDPOINT_URL_<SERVICE>, or AWS_ENDPOINT_URL for all. */
export function endpointFrom(
  environment: Readonly<Record<string, string | undefined>>,
  service: 'S3' | 'BATCH' | 'SECRETS_MANAGER',
): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}
