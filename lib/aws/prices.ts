import {
  EC2Client,
  type _InstanceType as InstanceTypeName,
  paginateDescribeSpotPriceHistory,
} from '@aws-sdk/client-ec2';
import { GetProductsCommand, PricingClient } from '@aws-sdk/client-pricing';
import { readingConfig } from './account/reading.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';

/** Where the price list can be asked: it is one for all regions of a partition. */
const listRegion = (region: string): string =>
  region.startsWith('cn-') ? 'cn-northwest-1' : region.startsWith('eu-') ? 'eu-central-1' : 'us-east-1';

export interface AskedPrices {
  readonly onDemand: Readonly<Record<string, number>>;
  readonly spot: Readonly<Record<string, number>>;
}

/**
 * What instances of these types cost an hour in the region, in USD, Linux and shared hosts: by AWS's price list, and what
 * the spot market asks now, as the mean of the zones. Needs pricing:GetProducts and ec2:DescribeSpotPriceHistory. A type
 * that the list has not is left out.
 */
export async function askPrices(endpoint: Endpoint, types: readonly string[]): Promise<AskedPrices> {
  const list = new PricingClient({
    ...clientConfig(endpoint),
    region: listRegion(endpoint.region),
    maxAttempts: 6,
  });
  const onDemand: Record<string, number> = {};
  for (const type of types) {
    const price = await listPrice(list, endpoint.region, type);
    if (price !== undefined) onDemand[type] = price;
  }
  return { onDemand, spot: await spotPrices(new EC2Client(readingConfig(endpoint)), types) };
}

async function listPrice(client: PricingClient, region: string, type: string): Promise<number | undefined> {
  const equal = (Field: string, Value: string) => ({ Type: 'TERM_MATCH' as const, Field, Value });
  const { PriceList = [] } = await client.send(
    new GetProductsCommand({
      ServiceCode: 'AmazonEC2',
      Filters: [
        equal('instanceType', type),
        equal('regionCode', region),
        equal('operatingSystem', 'Linux'),
        equal('tenancy', 'Shared'),
        equal('preInstalledSw', 'NA'),
        // Neither a reservation that is not used, nor one that is.
        equal('capacitystatus', 'Used'),
      ],
    }),
  );
  const prices = PriceList.flatMap((text: unknown) => hourly(JSON.parse(String(text)) as Product));
  return prices.length > 0 ? Math.max(...prices) : undefined;
}

interface Product {
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<
        string,
        {
          readonly priceDimensions: Readonly<
            Record<string, { readonly unit: string; readonly pricePerUnit: { readonly USD?: string } }>
          >;
        }
      >
    >;
  };
}

const hourly = (product: Product): readonly number[] =>
  Object.values(product.terms?.OnDemand ?? {})
    .flatMap(term => Object.values(term.priceDimensions))
    .filter(({ unit }) => unit === 'Hrs')
    .map(({ pricePerUnit }) => Number(pricePerUnit.USD))
    .filter(price => price > 0);

async function spotPrices(client: EC2Client, types: readonly string[]): Promise<Record<string, number>> {
  const now = new Date();
  const pages = paginateDescribeSpotPriceHistory(
    { client },
    {
      InstanceTypes: types as InstanceTypeName[],
      ProductDescriptions: ['Linux/UNIX'],
      // The price of each zone that holds now.
      StartTime: now,
      EndTime: now,
    },
  );
  const asked = new Map<string, number[]>();
  for await (const page of pages)
    for (const { InstanceType, SpotPrice } of page.SpotPriceHistory ?? [])
      if (InstanceType && Number(SpotPrice) > 0)
        asked.set(InstanceType, [...(asked.get(InstanceType) ?? []), Number(SpotPrice)]);
  return Object.fromEntries(
    [...asked].map(([type, prices]) => [
      type,
      Number((prices.reduce((sum, each) => sum + each, 0) / prices.length).toFixed(6)),
    ]),
  );
}
