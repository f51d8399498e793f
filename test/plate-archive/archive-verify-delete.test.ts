import { randomBytes } from 'node:crypto';
import { imagesPrefix, PlateLab } from './plate-lab.ts';

const wildNames = [
  'r01c01f01.tiff',
  'a b/ü.tif',
  'k',
  'k/',
  'k/z',
  '%escaped/x',
  'x//y',
  './dots',
  `long/${'ä'.repeat(200)}`,
  'empty',
  'new\nline',
  'marker/',
];

function filled(options = {}): PlateLab {
  const lab = new PlateLab(options);
  for (const [i, name] of wildNames.entries())
    lab.image(name, name === 'marker/' || name === 'empty' ? '' : randomBytes(1000 + i * 3000));
  lab.image('large', randomBytes(90_000));
  return lab;
}

it.each([{ versioned: false }, { versioned: true }])(
  'archives, verifies and deletes a plate with wild keys: %j',
  async options => {
    const lab = filled(options);
    const { digest, seal, wasWhole } = await lab.archive();
    expect(wasWhole).toBe(false);
    expect(seal.tars.length).toBeGreaterThan(2);
    const verdict = await lab.verify(digest);
    expect(verdict.findings.list).toEqual([]);
    expect(verdict.proof?.objects).toBe(lab.keys().length);
    expect(await lab.delete(digest)).toMatchObject({
      deleted: wildNames.length + 1,
      gone: 0,
      changed: [],
      added: [],
      errors: [],
    });
    expect(lab.keys()).toEqual([]);
    expect((await lab.archive()).wasWhole).toBe(true);
  },
);

it('deletes nothing without a proof, and keeps what came or changed since', async () => {
  const lab = filled();
  const { digest } = await lab.archive();
  await expect(lab.delete(digest)).rejects.toThrow('there is no proof of the archive of BR01');
  await lab.verify(digest);
  lab.image('added', 'new');
  lab.image('large', 'changed');
  await expect(lab.delete(digest, () => new Date('2027-01-01'))).rejects.toThrow('the proof expired');
  expect(await lab.delete(digest)).toMatchObject({
    changed: [`${imagesPrefix}large`],
    added: [`${imagesPrefix}added`],
  });
  expect(lab.keys()).toEqual([`${imagesPrefix}added`, `${imagesPrefix}large`]);
});
