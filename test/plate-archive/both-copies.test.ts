import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { full, images, platesOnTwin } from './whole-way/plates.ts';

/** Archives that have lost a file where it lies and in the tar that has it once more: each call says which one follows. */
const lab = platesOnTwin();
const { archive, as, keys, confirmWord } = lab;
const commands = (text: string): readonly string[][] =>
  [...text.matchAll(/npx lab ([^,;()\n]+)/g)].map(([, words]) =>
    [...words!.trim().matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!),
  );
const nextOf = (text: string, verb: string): readonly string[] => {
  const found = commands(text).find(words => words[1] === verb);
  if (!found) throw new Error(`no command with ${verb} in: ${text}`);
  return found.includes('--local') ? found : [...found, '--local'];
};
const bytesOf = async (Key: string): Promise<Uint8Array> => {
  const { Body } = await lab.twin.s3.send(new GetObjectCommand({ Bucket: 'test-plates', Key }));
  return Body!.transformToByteArray();
};
const write = (Key: string, Body: Uint8Array | string) =>
  lab.twin.s3.send(new PutObjectCommand({ Bucket: 'test-plates', Key, Body }));
/** Something else in the place of these files of a plate's archives, or a byte more. */
const damage = async (plate: string, names: readonly string[], isWhole = true): Promise<void> => {
  for (const Key of await keys('test-plates', `plates/P/B/${plate}/archives/`))
    if (names.some(name => Key.endsWith(name)))
      await write(Key, isWhole ? 'not it' : Buffer.concat([await bytesOf(Key), Buffer.from('x')]));
};
const bodies = (at: string): readonly string[] =>
  ['r01c01', 'r01c02', 'r16c24'].map(well =>
    readFileSync(join(lab.me.cwd, at, `${images(full.ONE)}${well}f01p01-ch1.tiff`), 'utf8'),
  );
const were = ['r01c01', 'r01c02', 'r16c24'].map(well => Buffer.alloc(3000, `ONE${well}`).toString());

beforeAll(async () => {
  expect((await archive('create', '--plates', 'plates.csv', '--only', 'ONE,ZWEI', '--wait')).code).toBe(0);
  const word = await confirmWord('delete', '--plate', 'ONE');
  const gone = await as('keepers', () => archive('delete', '--plate', 'ONE', '--confirm', word, '--wait'));
  expect(gone.code).toBe(0);
});

it.each([
  ['all of it', true, 'no tar of its archive has it'],
  ['what is behind its head', false, 'the inventory is not the one that was frozen'],
])(
  'a plate whose source is there is condemned with the call that archives it anew, and that call does: %s',
  async (_, isWhole, why) => {
    await damage('ZWEI', ['inventory.ndjson'], isWhole);
    await damage('ZWEI', ['-index.tar']);
    const condemned = await archive('verify', '--plate', 'ZWEI', '--wait');
    expect([condemned.code, condemned.err]).toEqual([4, expect.stringContaining(why)]);
    const status = await lab.me.lab(['archive', 'status', 'ZWEI', '--local']);
    for (const said of [condemned.err, status.err]) expect(nextOf(said, 'create')).toContain('ZWEI');
    const anew = await lab.me.lab([...nextOf(condemned.err, 'create'), '--wait']);
    expect([anew.code, anew.err]).toEqual([0, expect.stringContaining('3 objects, 9.0 kB, proven')]);
    expect((await archive('verify', '--plate', 'ZWEI', '--wait')).code).toBe(0);
  },
);

it('a plate that was deleted behind it comes back from its tars, by the call that the refusal names', async () => {
  await damage('ONE', ['inventory.ndjson', '-index.tar']);
  const refused = await archive('verify', '--plate', 'ONE', '--wait');
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringContaining('inventory.ndjson is not the one that was written, and no tar of its archive'),
  ]);
  const back = await lab.me.lab(nextOf(refused.err, 'restore'));
  expect(back.code).toBe(0);
  expect(bodies('restored')).toEqual(were);
});

it('where the index is lost, too, the refusal names the call that makes it of the tars, and that one the next', async () => {
  await damage('ONE', ['/index.ndjson']);
  const refused = await archive('restore', '--plate', 'ONE', '--to', 'again');
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('index.ndjson is not the one')]);
  const rebuilt = await lab.me.lab(nextOf(refused.err, 'rebuild'));
  expect([rebuilt.code, rebuilt.err]).toEqual([0, expect.stringContaining('4 objects in the index')]);
  const back = await lab.me.lab(nextOf(rebuilt.err, 'restore'));
  expect([back.code, back.err]).toEqual([0, expect.stringContaining('4 objects restored and compared')]);
  expect(bodies('rebuilt/restored')).toEqual(were);
});

it('an index of other tars than those that were sealed is not gone by', async () => {
  const [tar = ''] = (await keys('test-plates', 'plates/P/B/ONE/')).filter(key => key.endsWith('-00000.tar'));
  const other = (await keys('test-plates', 'plates/P/B/ZWEI/')).filter(key => key.endsWith('-00000.tar'));
  await write(tar, await bytesOf(other.at(-1)!));
  const rebuilt = await archive('rebuild', '--plate', 'ONE', '--to', 'others');
  expect([rebuilt.code, rebuilt.err]).toEqual([4, expect.stringContaining('it is not what was sealed')]);
  const back = await archive('restore', '--plate', 'ONE', '--index', 'others/index.ndjson', '--to', 'others');
  expect([back.code, back.err]).toEqual([
    4,
    expect.stringContaining('the index that was given is not the one that was sealed'),
  ]);
});
