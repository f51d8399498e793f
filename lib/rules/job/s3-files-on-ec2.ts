import { ec2Containers } from '../reading/containers.ts';
import { fields, isThere } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const s3FilesOnEc2: Rule = {
  id: 's3-files-on-ec2',
  what: 'a volume of Amazon S3 Files is for Fargate: on EC2 hosts the job fails when it is launched',
  source: batchApi('Volume'),
  fix: 'mount-s3 in the container, or inputs that are downloaded',
  check: template =>
    ec2Containers(template).flatMap(({ resource, volumes }) =>
      (volumes ?? []).flatMap(each =>
        isThere(fields(each).S3FilesVolumeConfiguration)
          ? [trouble(resource, fields(each).Name, 'not supported on EC2 hosts')]
          : [],
      ),
    ),
};
