import { ec2Environments } from '../reading/environments.ts';
import { s3GatewaysOf } from '../reading/network.ts';
import { matches } from '../reading/permissions.ts';
import { asList, type Fields, fields, list, partialText, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const s3EndpointPolicy: Rule = {
  id: 's3-endpoint-policy',
  what: 'a policy on the S3 endpoint lets layers of images through, which ECR keeps in a bucket of its own: otherwise every container fails with CannotPullContainerError, 403',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html',
  fix: 'allow s3:GetObject on arn:aws:s3:::prod-<region>-starport-layer-bucket/*',
  check: template => {
    const used = ec2Environments(template).flatMap(({ compute }) =>
      s3GatewaysOf(template, list(compute.Subnets) ?? []),
    );
    return [...new Set(used)].flatMap(endpoint => {
      const document = endpoint.properties.PolicyDocument;
      // Without a policy an endpoint lets everything through.
      if (document === undefined) return [];
      const statements = asList(fields(document).Statement);
      return statements?.every(each => letsLayers(fields(each)) === false)
        ? [trouble(endpoint, 'PolicyDocument', 'no statement allows the bucket of ECR’s layers')]
        : [];
    });
  },
};

/** Whether a statement allows the bucket of layers; undefined where that cannot be told. */
function letsLayers({ Effect, Action, Resource, Condition }: Fields): boolean | undefined {
  if (text(Effect) !== 'Allow') return text(Effect) === undefined ? undefined : false;
  const actions = asList(Action)?.map(text);
  const resources = asList(Resource)?.map(partialText);
  if (!actions?.every(each => each !== undefined) || !resources?.every(each => each !== undefined))
    return undefined;
  if (!actions.some(each => matches(each!, 's3:GetObject'))) return false;
  if (resources.some(each => each!.includes('starport-layer-bucket'))) return true;
  if (!resources.some(each => /^(\*|arn:[^:]+:s3:::(\*|prod-).*)$/.test(each!))) return false;
  return Condition === undefined ? true : isOfOwners(fields(Condition)) ? false : undefined;
}

/** Whether a condition is about whose a bucket is, or who asks: ECR's bucket is AWS's, and so is who signs its addresses. */
const isOfOwners = (condition: Fields): boolean =>
  Object.values(condition).some(each =>
    Object.keys(fields(each)).some(key => /^(aws|s3):(Resource|Principal)(Account|Org)/.test(key)),
  );
