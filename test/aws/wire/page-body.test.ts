import fc from 'fast-check';
import { PageBody } from '../../../lib/aws/wire/listing/page-body.ts';

/** What arrives, in pieces as a socket gives them; the text where it is whole after the last. */
function arrive(body: PageBody, bytes: Buffer, pieces: readonly number[]): string | undefined {
  let isWhole = body.isWhole();
  let i = 0;
  for (let from = 0; from < bytes.length; ) {
    const room = body.room();
    const length = Math.min(room.length, pieces[i++ % pieces.length]!, bytes.length - from);
    bytes.copy(room, 0, from, from + length);
    from += length;
    body.took(length);
    isWhole = body.isWhole();
    if (isWhole && from < bytes.length) throw new Error('whole before its end');
  }
  return isWhole ? body.bytes().toString() : undefined;
}

const chunked = (text: string, sizes: readonly number[], trailer: string): Buffer => {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const part = bytes.subarray(from, from + sizes[i % sizes.length]!);
    parts.push(
      Buffer.from(`${part.length.toString(16)}${i % 2 ? ';x=y' : ''}\r\n`),
      part,
      Buffer.from('\r\n'),
    );
    from += part.length;
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`)]);
};

const texts = fc.string({ unit: 'grapheme', maxLength: 300 });
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

it('a page in chunks is its text, however it arrives, and not before its end', () => {
  const body = new PageBody();
  fc.assert(
    fc.property(
      texts,
      sizes,
      sizes,
      fc.constantFrom('', 'x-a: b\r\n'),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (text, chunks, pieces, trailer, cut) => {
        const bytes = chunked(text, chunks, trailer);
        expect(body.begin({ 'transfer-encoding': 'chunked' })).toBe(true);
        expect(arrive(body, bytes, pieces)).toBe(text);
        body.begin({ 'transfer-encoding': 'chunked' });
        expect(arrive(body, bytes.subarray(0, Math.floor(bytes.length * cut)), pieces)).toBeUndefined();
      },
    ),
  );
});

it('a page without a byte is whole at its end alone, however little of it has come', () => {
  const body = new PageBody();
  const bytes = chunked('', [1], '');
  for (let length = 0; length <= bytes.length; length++) {
    body.begin({ 'transfer-encoding': 'chunked' });
    expect(arrive(body, bytes.subarray(0, length), [1])).toBe(length === bytes.length ? '' : undefined);
  }
});

it('a page of a known length is its text, and longer ones than its memory are', () => {
  const body = new PageBody();
  for (const length of [0, 1, 700_000, 3_000_000, 5]) {
    const bytes = Buffer.alloc(length, 'é');
    expect(body.begin({ 'content-length': String(length) })).toBe(true);
    expect(arrive(body, bytes, [65_536])).toBe(bytes.toString());
  }
});

it('what does not say where it ends, or says so wrongly, is no page', () => {
  const body = new PageBody();
  expect(body.begin({})).toBe(false);
  expect(body.begin({ 'content-length': '1000000000' })).toBe(false);
  body.begin({ 'content-length': '3' });
  expect(() => arrive(body, Buffer.from('abcd'), [4])).toThrow('more than 3 bytes');
  body.begin({ 'transfer-encoding': 'chunked' });
  expect(() => arrive(body, Buffer.from('zz\r\n'), [4])).toThrow('no length');
});
