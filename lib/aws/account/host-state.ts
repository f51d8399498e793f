import {
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  GetConsoleOutputCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeContainerInstancesCommand,
  ECSClient,
  paginateListContainerInstances,
} from '@aws-sdk/client-ecs';
import type { Account, Instance, JoinedHost, LaunchTemplate } from '../../contract/ports/account.ts';
import { tagNames } from '../../contract/workload/metadata.ts';
import type { Endpoint } from '../endpoint.ts';
import { instanceDetails } from '../read/instances.ts';
import { readingConfig } from './reading.ts';

/** The hosts of a lab: those that EC2 has, and those that joined a cluster. */
export function hostState(endpoint: Endpoint): Pick<Account, 'joined' | 'instances' | 'console' | 'volume'> {
  const config = readingConfig(endpoint);
  const ec2 = new EC2Client(config);
  const ecs = new ECSClient(config);
  return {
    joined: cluster => joined(ecs, cluster),
    instances: lab => instances(ec2, lab),
    console: id => consoleText(ec2, id),
    volume: (template, device) => volume(ec2, template, device),
  };
}

async function joined(ecs: ECSClient, cluster: string): Promise<readonly JoinedHost[]> {
  const arns: string[] = [];
  for await (const page of paginateListContainerInstances({ client: ecs }, { cluster }))
    arns.push(...(page.containerInstanceArns ?? []));
  const found: JoinedHost[] = [];
  for (let start = 0; start < arns.length; start += 100) {
    const containerInstances = arns.slice(start, start + 100);
    const answer = await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }));
    for (const each of answer.containerInstances ?? [])
      found.push({
        instanceId: each.ec2InstanceId ?? '',
        connected: each.agentConnected ?? false,
        status: each.status ?? '',
        tasks: (each.runningTasksCount ?? 0) + (each.pendingTasksCount ?? 0),
      });
  }
  return found;
}

async function instances(ec2: EC2Client, lab: string): Promise<readonly Instance[]> {
  // Our launch templates tag their hosts.
  const found = await instanceDetails(ec2, [{ Name: `tag:${tagNames.lab}`, Values: [lab] }]);
  return found.map(each => {
    const group = each.Tags?.find(tag => tag.Key === 'aws:autoscaling:groupName')?.Value;
    return {
      id: each.InstanceId!,
      type: each.InstanceType ?? '',
      state: each.State?.Name ?? '',
      ...(each.LaunchTime ? { launchedAt: each.LaunchTime } : {}),
      ...(each.StateReason?.Message ? { stateReason: each.StateReason.Message } : {}),
      ...(group ? { group } : {}),
    };
  });
}

/** The newest output where the instance still gives it (Nitro, running), else what EC2 kept of its end. */
async function consoleText(ec2: EC2Client, InstanceId: string): Promise<string> {
  const ask = async (Latest: boolean): Promise<string> => {
    const answer = await ec2.send(new GetConsoleOutputCommand({ InstanceId, ...(Latest ? { Latest } : {}) }));
    return Buffer.from(answer.Output ?? '', 'base64').toString('utf8');
  };
  const latest = await ask(true).catch(() => '');
  return latest === '' ? ask(false) : latest;
}

async function volume(ec2: EC2Client, template: LaunchTemplate, device: string): Promise<number | undefined> {
  const answer = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({
      ...(template.id.startsWith('lt-')
        ? { LaunchTemplateId: template.id }
        : { LaunchTemplateName: template.id }),
      Versions: [template.version],
    }),
  );
  const mappings = answer.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.BlockDeviceMappings ?? [];
  return mappings.find(each => each.DeviceName === device)?.Ebs?.VolumeSize;
}
