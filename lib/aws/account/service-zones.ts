import {
  DescribeAvailabilityZonesCommand,
  DescribeVpcEndpointServicesCommand,
  type EC2Client,
  type ServiceDetail,
} from '@aws-sdk/client-ec2';
import type { ServiceZones } from '../../contract/ports/account.ts';

/** The region's zones that need no opting in, and those of each service's interface endpoint, by the end of its name. */
export async function serviceZones(client: EC2Client, services: readonly string[]): Promise<ServiceZones> {
  const filters = [{ Name: 'zone-type', Values: ['availability-zone'] }];
  const { AvailabilityZones } = await client.send(new DescribeAvailabilityZonesCommand({ Filters: filters }));
  const details: ServiceDetail[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new DescribeVpcEndpointServicesCommand({ NextToken }));
    details.push(...(page.ServiceDetails ?? []));
    NextToken = page.NextToken || undefined;
  } while (NextToken);
  const ofService = (service: string): readonly string[] | undefined =>
    details.find(
      each =>
        // China's begin with `cn.`.
        new RegExp(`^(cn\\.)?com\\.amazonaws\\.[a-z0-9-]+\\.${service.replaceAll('.', '\\.')}$`).test(
          each.ServiceName ?? '',
        ) && each.ServiceType?.some(type => type.ServiceType === 'Interface'),
    )?.AvailabilityZones;
  return {
    zones: (AvailabilityZones ?? []).flatMap(each =>
      each.State === 'available' ? (each.ZoneName ?? []) : [],
    ),
    services: Object.fromEntries(
      services.flatMap(service => {
        const zones = ofService(service);
        return zones ? [[service, zones]] : [];
      }),
    ),
  };
}
