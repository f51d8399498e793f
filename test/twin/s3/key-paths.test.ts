import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { joinPieces, keyToAsidePath, keyToPath, pathToKey } from '../../../lib/twin/s3/disk/key-path.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, text, keys } = oneBucket(Bucket);

describe('key paths', () => {
  const hard = [
    'a%~/+b',
    'a%~/%~+b',
    '=\x01',
    '+\x01',
    `${'x'.repeat(181)}/+`,
    '%~',
    '%~=a',
    'a/%~=',
    '',
    './..',
    `${'é'.repeat(150)}`,
  ];

  it.each(hard)('hold %j without loss, in place and aside', key => {
    for (const path of [keyToPath(key), keyToAsidePath(key)]) {
      expect(pathToKey(joinPieces(path))).toBe(key);
      for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(path.split('/')).not.toContain('..');
    }
  });

  it('keep a long object beside the folder of its name', async () => {
    const long = 'l'.repeat(300);
    await put(long, 'object');
    await put(`${long}/below`, 'below');
    expect([await text(long), await text(`${long}/below`)]).toEqual(['object', 'below']);
    expect(await keys()).toEqual([long, `${long}/below`]);
  });

  it('never leave the bucket’s folder', async () => {
    await put('../../escape', 'x');
    expect(await text('../../escape')).toBe('x');
    await expect(stat(join(twin.root, '..', 'escape'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
