import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  type GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  Port,
  SecurityGroup,
  type SubnetConfiguration,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { endpointZones } from '../../contract/hosts/endpoint-services.ts';
import type { Compliance, Dataset, NetworkMode } from '../../contract/workload/config.ts';
import { hasSecret } from '../../contract/workload/mount.ts';
import { acknowledge } from '../acknowledge.ts';
import { labRole } from '../jobs/lab-role.ts';

export interface NetworkProps {
  readonly mode: NetworkMode;
  readonly datasets: readonly Dataset[];
  /** Buckets that workloads work in beside them. @default none */
  readonly placeBuckets?: readonly string[];
  /** Whether jobs read secrets that are no dataset's. @default false */
  readonly hasSecrets?: boolean;
  /** An output bucket that is not the stack's, and may be another account's. */
  readonly existingBucket?: string;
  readonly compliance?: Compliance;
  /** @default - the flow log is encrypted with CloudWatch's own key */
  readonly encryptionKey?: IKey;
}

/** Where hosts are. */
export interface LabNetwork {
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  /** Never CDK's own choice: it prefers isolated subnets, where no host joins without endpoints. */
  readonly hostSubnets: SubnetSelection;
}

/** The lab's own: nothing is let in, S3 of the region goes through a gateway endpoint, and all that flows is logged. */
export class Network extends Construct implements LabNetwork {
  readonly vpc: Vpc;
  readonly securityGroup: SecurityGroup;
  readonly hostSubnets: SubnetSelection;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { mode } = props;
    const isStrict = props.compliance !== undefined;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      maxAzs: 3,
      // One for all zones: what crosses a zone to it costs less than a second one that idles.
      natGateways: mode === 'private-nat' ? 1 : 0,
      subnetConfiguration: subnetsOf(mode),
      // CDK closes the default group with a Lambda; nothing here uses that group.
      restrictDefaultSecurityGroup: isStrict,
    });
    this.hostSubnets = { subnetGroupName: mode === 'public' ? 'Public' : 'Private' };
    const s3 = this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    if (isStrict || mode === 'private-endpoints') holdToOurData(s3, props);
    this.flowLog(props);
    this.securityGroup = new SecurityGroup(this, 'Hosts', {
      vpc: this.vpc,
      description: 'Hosts of array jobs: no way in',
      allowAllOutbound: true,
    });
    if (mode === 'private-endpoints') this.endpoints(props);
    if (isStrict && mode === 'private-nat')
      for (const subnet of this.vpc.publicSubnets)
        acknowledge(subnet, 'VPCNoUnrestrictedRouteToIGW', 'of the NAT gateway, which is all there is in it');
  }

  private flowLog({ compliance, encryptionKey }: NetworkProps): void {
    const logs = new LogGroup(this, 'FlowLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey ? { encryptionKey } : {}),
    });
    const role = labRole(this, 'FlowLogRole', {
      compliance,
      // docs.aws.amazon.com/vpc "IAM role for publishing flow logs to CloudWatch Logs": of this account's flow logs alone.
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: {
            'aws:SourceArn': `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:vpc-flow-log/*`,
          },
        },
      }),
      description: 'Writes the flow log',
    });
    this.vpc.addFlowLog('Flow', { destination: FlowLogDestination.toCloudWatchLogs(logs, role) });
  }

  /** What Batch on EC2 needs, and what our containers call, in the first zones; lab doctor looks whether these have them. */
  private endpoints({ datasets, hasSecrets }: NetworkProps): void {
    const { ECS, ECS_AGENT, ECS_TELEMETRY, ECR, ECR_DOCKER, CLOUDWATCH_LOGS, BATCH, SECRETS_MANAGER } =
      InterfaceVpcEndpointAwsService;
    const group = new SecurityGroup(this, 'Endpoints', {
      vpc: this.vpc,
      description: 'Endpoints of AWS services: HTTPS from hosts',
      allowAllOutbound: false,
    });
    group.addIngressRule(this.securityGroup, Port.tcp(443), 'hosts of array jobs');
    const services = {
      Ecs: ECS,
      EcsAgent: ECS_AGENT,
      EcsTelemetry: ECS_TELEMETRY,
      EcrApi: ECR,
      EcrDocker: ECR_DOCKER,
      Logs: CLOUDWATCH_LOGS,
      Batch: BATCH,
      ...(hasSecrets || datasets.some(each => hasSecret(each.access)) ? { Secrets: SECRETS_MANAGER } : {}),
    };
    for (const [name, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(name, {
        service,
        subnets: { subnets: this.vpc.isolatedSubnets.slice(0, endpointZones) },
        securityGroups: [group],
        privateDnsEnabled: true,
        open: false,
      });
    }
  }
}

/** The same addresses in every mode, so that a lab can go from one to another: CloudFormation makes new subnets before old ones go. */
function subnetsOf(mode: NetworkMode): SubnetConfiguration[] {
  return [
    {
      name: 'Public',
      cidrMask: 19,
      subnetType: SubnetType.PUBLIC,
      mapPublicIpOnLaunch: mode === 'public',
      reserved: mode === 'private-endpoints',
    },
    {
      name: 'Private',
      cidrMask: 19,
      subnetType: mode === 'private-endpoints' ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS,
      reserved: mode === 'public',
    },
  ];
}

/**
 * S3 through the gateway: this account's buckets, the datasets, and what hosts are made of; a container that is broken into
 * carries nothing to a bucket elsewhere. Sources of the two of AWS's own: docs.aws.amazon.com/AmazonECR "Minimum Amazon
 * S3 bucket permissions", docs.aws.amazon.com/linux/al2023 "Amazon S3 gateway endpoint".
 */
function holdToOurData(
  endpoint: GatewayVpcEndpoint,
  { datasets, existingBucket, placeBuckets = [] }: NetworkProps,
): void {
  const allow = (actions: string[], resources: string[], conditions?: object): void =>
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions,
        resources,
        ...(conditions ? { conditions: conditions as never } : {}),
      }),
    );
  const bucketArn = (name: string): string => `arn:${Aws.PARTITION}:s3:::${name}`;
  allow(['s3:*'], ['*'], { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } });
  const buckets = [
    ...new Set(datasets.filter(each => each.access !== 'nda').map(each => bucketArn(each.bucket))),
  ];
  // NDA's downloads are requests that NDA has signed, of single files: nothing is listed.
  const ofNda = [...new Set(datasets.flatMap(each => each.buckets ?? []))].map(
    name => `${bucketArn(name)}/*`,
  );
  if (buckets.length > 0)
    allow(
      ['s3:ListBucket', 's3:GetObject'],
      buckets.flatMap(each => [each, `${each}/*`]),
    );
  if (ofNda.length > 0) allow(['s3:GetObject'], ofNda);
  if (existingBucket)
    allow(
      [
        's3:ListBucket',
        's3:GetObject',
        's3:PutObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      [bucketArn(existingBucket), `${bucketArn(existingBucket)}/*`],
    );
  // What is done there is held by the roles of jobs, place by place.
  if (placeBuckets.length > 0)
    allow(
      ['s3:*Object*', 's3:ListBucket*', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      placeBuckets.flatMap(each => [bucketArn(each), `${bucketArn(each)}/*`]),
    );
  allow(
    ['s3:GetObject'],
    [
      `${bucketArn(`prod-${Aws.REGION}-starport-layer-bucket`)}/*`,
      `${bucketArn(`al2023-repos-${Aws.REGION}-de612dc2`)}/*`,
    ],
  );
}
