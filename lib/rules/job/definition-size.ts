import { jobDefinitions } from '../reading/containers.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

const most = 24 * 1024;

export const definitionSize: Rule = {
  id: 'definition-size',
  what: 'a job definition has at most 24 KiB',
  source: batchGuide('service_limits'),
  fix: 'put what is long into S3, and only its key into the definition',
  check: template =>
    jobDefinitions(template).flatMap(resource => {
      const bytes = Buffer.byteLength(JSON.stringify(resource.properties));
      return bytes > most
        ? [trouble(resource, `${bytes} bytes`, `more than the ${most} that Batch takes`)]
        : [];
    }),
};
