import { askPrices } from '../../lib/aws/prices.ts';
import { fakeAws } from './account/fake-aws.ts';

const product = (usd: string, unit = 'Hrs'): string =>
  JSON.stringify({
    terms: { OnDemand: { a: { priceDimensions: { b: { unit, pricePerUnit: { USD: usd } } } } } },
  });
const spot = (items: readonly (readonly [string, string])[]): string =>
  `<DescribeSpotPriceHistoryResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><spotPriceHistorySet>${items
    .map(
      ([type, price]) => `<item><instanceType>${type}</instanceType><spotPrice>${price}</spotPrice></item>`,
    )
    .join('')}</spotPriceHistorySet><nextToken/></DescribeSpotPriceHistoryResponse>`;

it('asks the price list for shared Linux hosts of the region, and the market for now; zones are one mean', async () => {
  const aws = await fakeAws(({ action, body }) => {
    if (action === 'DescribeSpotPriceHistory')
      return {
        body: spot([
          ['m7g.4xlarge', '0.20'],
          ['m7g.4xlarge', '0.30'],
        ]),
      };
    if (action !== 'GetProducts') return undefined;
    const filters = (JSON.parse(body) as { Filters: { Field: string; Value: string }[] }).Filters;
    const value = (field: string) => filters.find(each => each.Field === field)?.Value;
    expect(filters.map(each => [each.Field, each.Value])).toEqual(
      expect.arrayContaining([
        ['regionCode', 'us-east-1'],
        ['operatingSystem', 'Linux'],
        ['tenancy', 'Shared'],
        ['capacitystatus', 'Used'],
      ]),
    );
    // A type that the list has not, and one with a price for something else beside that of hours.
    const list = value('instanceType') === 'm7g.4xlarge' ? [product('0.6528'), product('9', 'Quantity')] : [];
    return { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: { PriceList: list } };
  });
  try {
    await expect(askPrices(aws.endpoint, ['m7g.4xlarge', 'x9.large'])).resolves.toEqual({
      onDemand: { 'm7g.4xlarge': 0.6528 },
      spot: { 'm7g.4xlarge': 0.25 },
    });
    const asked = aws.seen.find(each => each.action === 'DescribeSpotPriceHistory')!;
    expect(asked.fields.get('ProductDescription.1')).toBe('Linux/UNIX');
  } finally {
    await aws.stop();
  }
});
