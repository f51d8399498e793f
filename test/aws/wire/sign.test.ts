import fc from 'fast-check';
import { encode, encodeKey, queryText, sha256Hex, sign } from '../../../lib/aws/wire/sign.ts';

// The published examples: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const now = new Date('2013-05-24T00:00:00Z');
const common = { host: 'examplebucket.s3.amazonaws.com', region: 'us-east-1', service: 's3' };
const signature = (headers: Record<string, string>): string | undefined =>
  headers.authorization?.split('Signature=')[1];

it("signs AWS's example of a GET with a range", () => {
  const headers = sign(
    {
      ...common,
      method: 'GET',
      path: '/test.txt',
      query: {},
      headers: { range: 'bytes=0-9' },
      payload: sha256Hex(''),
    },
    keys,
    now,
  );
  expect(signature(headers)).toBe('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});

it("signs AWS's example of a listing", () => {
  const query = { 'max-keys': '2', prefix: 'J' };
  const headers = sign(
    { ...common, method: 'GET', path: '/', query, headers: {}, payload: sha256Hex('') },
    keys,
    now,
  );
  expect(signature(headers)).toBe('34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
});

it('signs the session token with the rest', () => {
  const headers = sign(
    { ...common, method: 'GET', path: '/', query: {}, headers: {}, payload: sha256Hex('') },
    { ...keys, sessionToken: 'token' },
    now,
  );
  expect(headers['x-amz-security-token']).toBe('token');
  expect(headers.authorization).toContain('x-amz-date;x-amz-security-token,');
});

it('orders a query by its encoded names', () => {
  expect(queryText({ 'a-b': '2', a: '1', 'c d': '*' })).toBe('a=1&a-b=2&c%20d=%2A');
});

it('writes every key as its parts are written, plain ones at once', () => {
  const part = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_.~-]{0,8}$/),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), parts => {
      expect(encodeKey(parts.join('/'))).toBe(parts.join('/').split('/').map(encode).join('/'));
      expect(decodeURIComponent(encodeKey(parts.join('/')))).toBe(parts.join('/'));
    }),
  );
});
