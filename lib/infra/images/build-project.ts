import { CfnProject, LinuxArmBuildImage, LinuxBuildImage } from 'aws-cdk-lib/aws-codebuild';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Architecture } from '../../contract/workload/workload.ts';
import { acknowledge } from '../acknowledge.ts';

/** Minutes: together, and with what a start may wait, less than the hour that CloudFormation waits. */
const buildMinutes = 35;
const queueMinutes = 10;

const hosts = {
  arm64: { type: 'ARM_CONTAINER', image: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0 },
  x86_64: { type: 'LINUX_CONTAINER', image: LinuxBuildImage.AMAZON_LINUX_2023_5 },
} as const;

/** Builds any image on hosts of an architecture: what, from what and where it goes are variables of each build. */
export function buildProject(
  scope: Construct,
  architecture: Architecture,
  props: { readonly role: IRole; readonly logGroup: ILogGroup },
): CfnProject {
  const { type, image } = hosts[architecture];
  const project = new CfnProject(scope, `Project-${architecture}`, {
    description: `Images of array jobs for ${architecture}`,
    artifacts: { type: 'NO_ARTIFACTS' },
    source: { type: 'NO_SOURCE', buildSpec: JSON.stringify(buildSpec, undefined, 1) },
    environment: {
      type,
      image: image.imageId,
      computeType: 'BUILD_GENERAL1_SMALL',
      imagePullCredentialsType: 'CODEBUILD',
      privilegedMode: true,
    },
    serviceRole: props.role.roleArn,
    logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: props.logGroup.logGroupName } },
    timeoutInMinutes: buildMinutes,
    queuedTimeoutInMinutes: queueMinutes,
  });
  acknowledge(
    project,
    'CB3',
    'Docker runs in a build only when it is privileged; the host is CodeBuild’s, and ends with the build',
  );
  acknowledge(project, 'CB4', 'there are no artifacts to encrypt: the image goes to ECR, which encrypts it');
  acknowledge(
    project,
    'CodeBuildProjectSourceRepoUrl',
    'there is no repository of source code: a build reads one zip of the stack’s assets',
  );
  return project;
}

/**
 * Variables of a build: SOURCE, a zip in S3; DOCKERFILE in it; BUILD_ARGUMENTS; IMAGE, where it goes and how it is called; REGISTRIES
 * of ECR that it is built from, `region@registry` each.
 */
const buildSpec = {
  version: '0.2',
  // One plain image for one architecture, with no index around it.
  env: { variables: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' } },
  phases: {
    pre_build: {
      commands: [
        'aws s3 cp --only-show-errors "$SOURCE" context.zip',
        'mkdir context && unzip -q context.zip -d context',
        'aws ecr get-login-password | docker login --username AWS --password-stdin "${IMAGE%%/*}"',
        'for each in $REGISTRIES; do aws ecr get-login-password --region "${each%%@*}" | docker login --username AWS --password-stdin "${each#*@}" || exit 1; done',
      ],
    },
    build: {
      commands: [
        'docker build --progress plain --file "context/$DOCKERFILE" --tag "$IMAGE" $BUILD_ARGUMENTS context',
        'docker push --quiet "$IMAGE"',
      ],
    },
  },
};
