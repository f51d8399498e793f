import { ec2Environments } from '../reading/environments.ts';
import { reach, reachesS3, subnetsOf } from '../reading/network.ts';
import { ofType } from '../reading/template.ts';
import { list } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const natWithoutS3: Rule = {
  id: 'nat-without-s3',
  what: 'hosts behind a NAT gateway have a gateway endpoint of S3: it is free, and NAT is paid for by the byte',
  source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
  fix: 'an AWS::EC2::VPCEndpoint of com.amazonaws.<region>.s3, of type Gateway, in the subnets’ route tables',
  check: template =>
    ofType(template, 'AWS::EC2::NatGateway').length === 0
      ? []
      : ec2Environments(template).flatMap(({ resource, compute }) =>
          subnetsOf(template, list(compute.Subnets) ?? [])
            .filter(
              subnet => reach(template, subnet) === 'other-route' && reachesS3(template, subnet) === false,
            )
            .map(subnet => trouble(resource, subnet.id, 'every byte from S3 goes through NAT')),
        ),
};
