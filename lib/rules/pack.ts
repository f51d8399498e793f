import { coldExpiresEarly } from './bucket/cold-expires-early.ts';
import { lifecycleRefused } from './bucket/lifecycle-refused.ts';
import { lockWithoutVersions } from './bucket/lock-without-versions.ts';
import { allocationMarket } from './environment/allocation-market.ts';
import { allocationStrategy } from './environment/allocation-strategy.ts';
import { environmentNamed } from './environment/environment-named.ts';
import { environmentReplaced } from './environment/environment-replaced.ts';
import { hostData } from './environment/host-data.ts';
import { hostPermissions } from './environment/host-permissions.ts';
import { idleHosts } from './environment/idle-hosts.ts';
import { imageType } from './environment/image-type.ts';
import { imageTypeHosts } from './environment/image-type-hosts.ts';
import { imageTypeKnown } from './environment/image-type-known.ts';
import { instanceProfile } from './environment/instance-profile.ts';
import { latestImageFlag } from './environment/latest-image-flag.ts';
import { launchTemplateVersion } from './environment/launch-template-version.ts';
import { oneArchitecture } from './environment/one-architecture.ts';
import { optimalMixed } from './environment/optimal-mixed.ts';
import { policyOrder } from './environment/policy-order.ts';
import { routeOrder } from './environment/route-order.ts';
import { serviceRole } from './environment/service-role.ts';
import { templateOverrides } from './environment/template-overrides.ts';
import { updatePolicy } from './environment/update-policy.ts';
import { eventLogCondition } from './event/event-log-condition.ts';
import { eventPattern } from './event/event-pattern.ts';
import { fargateExecutionRole } from './fargate/fargate-execution-role.ts';
import { fargateHostFeatures } from './fargate/fargate-host-features.ts';
import { fargatePublicIp } from './fargate/fargate-public-ip.ts';
import { fargateSize } from './fargate/fargate-size.ts';
import { deviceMapping } from './host/device-mapping.ts';
import { ecsConfigOverwritten } from './host/ecs-config-overwritten.ts';
import { imdsv1 } from './host/imdsv1.ts';
import { launchTemplateIgnored } from './host/launch-template-ignored.ts';
import { nvmeDevice } from './host/nvme-device.ts';
import { userDataDeadlock } from './host/user-data-deadlock.ts';
import { userDataMime } from './host/user-data-mime.ts';
import { volumeEncrypted } from './host/volume-encrypted.ts';
import { volumeKept } from './host/volume-kept.ts';
import { volumeKey } from './host/volume-key.ts';
import { volumeLimits } from './host/volume-limits.ts';
import { volumeType } from './host/volume-type.ts';
import { imageEncrypted } from './image/image-encrypted.ts';
import { imageParameter } from './image/image-parameter.ts';
import { imageWaitedFor } from './image/image-waited-for.ts';
import { batchEnvironment } from './job/batch-environment.ts';
import { definitionSize } from './job/definition-size.ts';
import { endpointInEnvironment } from './job/endpoint-in-environment.ts';
import { fuseWithoutPrivileged } from './job/fuse-without-privileged.ts';
import { hostPath } from './job/host-path.ts';
import { keysOverRole } from './job/keys-over-role.ts';
import { memoryOverHost } from './job/memory-over-host.ts';
import { mountOptions } from './job/mount-options.ts';
import { mountWithoutVolume } from './job/mount-without-volume.ts';
import { nodesOnSpot } from './job/nodes-on-spot.ts';
import { plainSecret } from './job/plain-secret.ts';
import { privilegedBesideDelete } from './job/privileged-beside-delete.ts';
import { privilegedReason } from './job/privileged-reason.ts';
import { resourcesMissing } from './job/resources-missing.ts';
import { roleTrust } from './job/role-trust.ts';
import { s3FilesOnEc2 } from './job/s3-files-on-ec2.ts';
import { secretsWithoutRole } from './job/secrets-without-role.ts';
import { tagCount } from './job/tag-count.ts';
import { vcpusOverHost } from './job/vcpus-over-host.ts';
import { vcpusOverPool } from './job/vcpus-over-pool.ts';
import { logGroupDefault } from './log/log-group-default.ts';
import { logKept } from './log/log-kept.ts';
import { logKey } from './log/log-key.ts';
import { endpointClosed } from './network/endpoint-closed.ts';
import { endpointDns } from './network/endpoint-dns.ts';
import { endpointsMissing } from './network/endpoints-missing.ts';
import { isolatedSubnet } from './network/isolated-subnet.ts';
import { natWithoutS3 } from './network/nat-without-s3.ts';
import { noEgress } from './network/no-egress.ts';
import { publicIp } from './network/public-ip.ts';
import { routeBeforeAttachment } from './network/route-before-attachment.ts';
import { s3EndpointPolicy } from './network/s3-endpoint-policy.ts';
import { imageArchitectureRule } from './pull/image-architecture.ts';
import { imagePull } from './pull/image-pull.ts';
import { imageUnpinned } from './pull/image-unpinned.ts';
import { pullThroughImport } from './pull/pull-through-import.ts';
import { pullThroughOffline } from './pull/pull-through-offline.ts';
import { pullThroughSecret } from './pull/pull-through-secret.ts';
import { disabled } from './queue/disabled.ts';
import { queueArchitecture } from './queue/queue-architecture.ts';
import { queueCompute } from './queue/queue-compute.ts';
import { queueLength } from './queue/queue-length.ts';
import { timeLimitAction } from './queue/time-limit-action.ts';
import { timeLimitReason } from './queue/time-limit-reason.ts';
import { timeLimitSeconds } from './queue/time-limit-seconds.ts';
import { retryAttempts } from './retry/retry-attempts.ts';
import { retryCount } from './retry/retry-count.ts';
import { retryLastRule } from './retry/retry-last-rule.ts';
import { retryOutOfMemory } from './retry/retry-out-of-memory.ts';
import { retryPattern } from './retry/retry-pattern.ts';
import { retryUnreachable } from './retry/retry-unreachable.ts';
import { timeoutMissing } from './retry/timeout-missing.ts';
import { timeoutShort } from './retry/timeout-short.ts';
import type { Rule } from './rule.ts';

/** Every rule of ours. A new one is a file in its folder and a line here. */
export const pack: readonly Rule[] = [
  coldExpiresEarly,
  lifecycleRefused,
  lockWithoutVersions,
  allocationMarket,
  allocationStrategy,
  environmentNamed,
  environmentReplaced,
  hostData,
  hostPermissions,
  idleHosts,
  imageTypeHosts,
  imageTypeKnown,
  imageType,
  instanceProfile,
  latestImageFlag,
  launchTemplateVersion,
  oneArchitecture,
  optimalMixed,
  policyOrder,
  routeOrder,
  serviceRole,
  templateOverrides,
  updatePolicy,
  eventLogCondition,
  eventPattern,
  deviceMapping,
  ecsConfigOverwritten,
  imdsv1,
  launchTemplateIgnored,
  nvmeDevice,
  userDataDeadlock,
  userDataMime,
  volumeEncrypted,
  volumeKept,
  volumeKey,
  volumeLimits,
  volumeType,
  imageEncrypted,
  imageParameter,
  imageWaitedFor,
  endpointClosed,
  endpointDns,
  endpointsMissing,
  isolatedSubnet,
  natWithoutS3,
  noEgress,
  publicIp,
  routeBeforeAttachment,
  s3EndpointPolicy,
  disabled,
  queueArchitecture,
  queueCompute,
  queueLength,
  timeLimitAction,
  timeLimitReason,
  timeLimitSeconds,
  batchEnvironment,
  definitionSize,
  endpointInEnvironment,
  fargateExecutionRole,
  fargateHostFeatures,
  fargatePublicIp,
  fargateSize,
  fuseWithoutPrivileged,
  hostPath,
  imageArchitectureRule,
  imagePull,
  imageUnpinned,
  keysOverRole,
  logGroupDefault,
  logKept,
  logKey,
  memoryOverHost,
  mountOptions,
  mountWithoutVolume,
  nodesOnSpot,
  plainSecret,
  privilegedBesideDelete,
  privilegedReason,
  pullThroughImport,
  pullThroughOffline,
  pullThroughSecret,
  resourcesMissing,
  retryAttempts,
  retryCount,
  retryLastRule,
  retryOutOfMemory,
  retryPattern,
  retryUnreachable,
  roleTrust,
  s3FilesOnEc2,
  secretsWithoutRole,
  tagCount,
  timeoutMissing,
  timeoutShort,
  vcpusOverHost,
  vcpusOverPool,
];
