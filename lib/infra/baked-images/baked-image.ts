import { createHash } from 'node:crypto';
import { Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import {
  CfnInstanceProfile,
  ManagedPolicy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  CfnComponent,
  CfnDistributionConfiguration,
  CfnImagePipeline,
  CfnImageRecipe,
  CfnInfrastructureConfiguration,
  CfnLifecyclePolicy,
} from 'aws-cdk-lib/aws-imagebuilder';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { type BakedImage, bakedImageParameter } from '../../contract/workload/baked-image.ts';
import { tagNames } from '../../contract/workload/metadata.ts';
import { acknowledge, acknowledgeStars } from '../acknowledge.ts';
import type { Network } from '../ground/network.ts';
import { componentDocument, referenceArns, referenceBuckets } from './component.ts';

export interface BakedImageProps {
  readonly lab: string;
  readonly name: string;
  readonly image: BakedImage;
  readonly network: Network;
}

/** By architecture: what it starts from, and what it is baked on. */
const bases = {
  x86_64: {
    parameter: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    host: 'm6i.large',
  },
  arm64: {
    parameter: '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
    host: 'm6g.large',
  },
} as const;

const schedules = { weekly: 'cron(0 4 ? * sun *)', monthly: 'cron(0 4 1 * ? *)' } as const;

/** Images that are kept: hosts may still start from the one before. */
const imagesKept = 3;

/**
 * A pipeline that bakes a machine image, and the parameter of SSM with the newest one's id. Nothing here waits for a bake, which
 * takes from half an hour to hours: until the first is done the parameter has the image that it starts from, and pools work.
 * An `Image` resource would hold up the stack for as long as it takes.
 */
export class BakedImagePipeline extends Construct {
  constructor(scope: Construct, id: string, { lab, name, image, network }: BakedImageProps) {
    super(scope, id);
    const base = bases[image.architecture];
    const title = `arraylab-${lab}-${name}`;
    const tags = { [tagNames.lab]: lab };
    const data = JSON.stringify(componentDocument(image));
    // Components and recipes never change: another one is another version.
    const version = versionOf(data, String(image.rootGiB));
    const component = new CfnComponent(this, 'Component', {
      name: title,
      platform: 'Linux',
      version,
      data,
      tags,
    });
    const recipe = new CfnImageRecipe(this, 'Recipe', {
      name: title,
      version,
      parentImage: `ssm:${base.parameter}`,
      components: [{ componentArn: component.attrArn }],
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: { volumeSize: image.rootGiB, volumeType: 'gp3', encrypted: true, deleteOnTermination: true },
        },
      ],
      tags,
    });
    const infrastructure = new CfnInfrastructureConfiguration(this, 'Infrastructure', {
      name: title,
      instanceProfileName: this.profile(image).ref,
      instanceTypes: [base.host],
      subnetId: network.vpc.selectSubnets(network.hostSubnets).subnetIds[0]!,
      securityGroupIds: [network.securityGroup.securityGroupId],
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
      terminateInstanceOnFailure: true,
      resourceTags: tags,
      tags,
    });
    const parameterName = bakedImageParameter(lab, name);
    const distribution = new CfnDistributionConfiguration(this, 'Distribution', {
      name: title,
      distributions: [
        {
          region: Stack.of(this).region,
          amiDistributionConfiguration: { Name: `${title}-{{ imagebuilder:buildDate }}`, AmiTags: tags },
          ssmParameterConfigurations: [{ parameterName, dataType: 'aws:ec2:image' }],
        },
      ],
      tags,
    });
    const pipeline = new CfnImagePipeline(this, 'Pipeline', {
      name: title,
      imageRecipeArn: recipe.attrArn,
      infrastructureConfigurationArn: infrastructure.attrArn,
      distributionConfigurationArn: distribution.attrArn,
      enhancedImageMetadataEnabled: true,
      ...(image.schedule === 'never'
        ? {}
        : {
            schedule: {
              scheduleExpression: schedules[image.schedule],
              pipelineExecutionStartCondition: 'EXPRESSION_MATCH_ONLY',
            },
          }),
      tags,
    });
    this.keepFew(recipe, title, tags);
    const first = this.firstValue(parameterName, base.parameter);
    this.bakeNow(pipeline, recipe, version).node.addDependency(first);
  }

  /** What a host is while it is baked on: it reads the data that go into it, and pulls images. */
  private profile(image: BakedImage): CfnInstanceProfile {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      description: 'Hosts that an image is baked on',
      managedPolicies: ['EC2InstanceProfileForImageBuilder', 'AmazonSSMManagedInstanceCore'].map(policy =>
        ManagedPolicy.fromAwsManagedPolicyName(policy),
      ),
    });
    for (const policy of ['EC2InstanceProfileForImageBuilder', 'AmazonSSMManagedInstanceCore'])
      acknowledge(
        role,
        `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
        'what Image Builder asks of the hosts that it works on; it changes with the service',
      );
    if (image.referenceData.length > 0) {
      const objects = referenceArns(image);
      role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [...objects] }));
      role.addToPolicy(
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [...referenceBuckets(image)] }),
      );
      acknowledgeStars(role, objects, 'the reference data that lab.config.ts names');
    }
    if (image.containerImages.some(each => each.includes('.dkr.ecr.'))) {
      role.addToPolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
      const repositories = `arn:${Aws.PARTITION}:ecr:*:*:repository/*`;
      role.addToPolicy(
        new PolicyStatement({
          actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          resources: [repositories],
        }),
      );
      acknowledgeStars(
        role,
        ['*', repositories],
        'pulls the images that lab.config.ts names, of any account that lets it',
      );
    }
    return new CfnInstanceProfile(this, 'Profile', { roles: [role.roleName] });
  }

  /** Images and their snapshots cost by the month; those of before the last few are deleted. */
  private keepFew(recipe: CfnImageRecipe, title: string, tags: Record<string, string>): void {
    const managed = 'EC2ImageBuilderLifecycleExecutionPolicy';
    const role = new Role(this, 'LifecycleRole', {
      assumedBy: new ServicePrincipal('imagebuilder.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      description: 'Deletes images that newer ones have replaced',
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(`service-role/${managed}`)],
    });
    acknowledge(
      role,
      `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${managed}]`,
      'what Image Builder asks for to delete images that it has made',
    );
    new CfnLifecyclePolicy(this, 'Lifecycle', {
      name: title,
      executionRole: role.roleArn,
      resourceType: 'AMI_IMAGE',
      resourceSelection: { recipes: [{ name: title, semanticVersion: 'x.x.x' }] },
      policyDetails: [
        {
          action: { type: 'DELETE', includeResources: { amis: true, snapshots: true } },
          filter: { type: 'COUNT', value: imagesKept },
        },
      ],
      tags,
    }).node.addDependency(recipe);
  }

  /** Pools ask for the parameter before anything was baked: it has the image that all starts from, and is then Image Builder's. */
  private firstValue(name: string, base: string): AwsCustomResource {
    const newest = new CfnParameter(this, 'Base', {
      type: 'AWS::SSM::Parameter::Value<String>',
      default: base,
    });
    const resource = new AwsCustomResource(this, 'FirstValue', {
      onCreate: {
        service: 'SSM',
        action: 'PutParameter',
        parameters: {
          Name: name,
          Value: newest.valueAsString,
          Type: 'String',
          DataType: 'aws:ec2:image',
          Overwrite: false,
        },
        physicalResourceId: PhysicalResourceId.of(name),
        ignoreErrorCodesMatching: 'ParameterAlreadyExists',
      },
      onDelete: {
        service: 'SSM',
        action: 'DeleteParameter',
        parameters: { Name: name },
        ignoreErrorCodesMatching: 'ParameterNotFound',
      },
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          actions: ['ssm:PutParameter', 'ssm:DeleteParameter'],
          resources: [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter${name}`],
        }),
        // Of a parameter of type aws:ec2:image, SSM looks whether the caller may see that image.
        new PolicyStatement({ actions: ['ec2:DescribeImages'], resources: ['*'] }),
      ]),
    });
    acknowledgeStars(resource, ['*'], 'ec2:DescribeImages knows no resources');
    return resource;
  }

  /** Starts a bake and goes on: at first, and whenever what is in the image has changed. */
  private bakeNow(pipeline: CfnImagePipeline, recipe: CfnImageRecipe, version: string): AwsCustomResource {
    const start = {
      service: 'imagebuilder',
      action: 'StartImagePipelineExecution',
      parameters: { imagePipelineArn: pipeline.attrArn },
      physicalResourceId: PhysicalResourceId.of(version),
    };
    const resource = new AwsCustomResource(this, 'Bake', {
      onCreate: start,
      onUpdate: start,
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [pipeline.attrArn] }),
    });
    resource.node.addDependency(recipe);
    return resource;
  }
}

/** A version of three numbers, of what is in the image. */
function versionOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return `1.${hash.readUInt16BE(0)}.${hash.readUInt16BE(2)}`;
}
