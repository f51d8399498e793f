import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withOutputBucket } from '../../../lib/cli/stack/reattach.ts';

const root = resolve(import.meta.dirname, '../../..');
const path = join(root, 'lab.config.ts');
const text = readFileSync(path, 'utf8');
const bucket = { name: 'my-bucket', key: 'arn:aws:kms:us-east-1:123456789012:key/a-b' };

it('the line stands in the project’s own lab.config.ts as Node reads it, and nothing else has changed', () => {
  const changed = withOutputBucket(text, path, bucket)!;
  const folder = mkdtempSync(join(tmpdir(), 'lab-config-'));
  try {
    const copy = join(folder, 'lab.config.ts');
    const read = (source: string): object => {
      writeFileSync(copy, source.replace('./lib/', `${root}/lib/`));
      return JSON.parse(
        execFileSync(
          process.execPath,
          ['-e', `import(${JSON.stringify(copy)}).then(it => console.log(JSON.stringify(it.default)))`],
          { encoding: 'utf8' },
        ),
      ) as object;
    };
    expect(read(changed)).toEqual({
      ...read(text),
      existingOutputBucket: bucket.name,
      existingOutputBucketKey: bucket.key,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it.each([
  ['names a bucket already', text.replace('defineLab({\n', "defineLab({\n  existingOutputBucket: 'x',\n")],
  ['makes its configuration in another way', 'export default makeLab(1);\n'],
  ['calls defineLab twice', `${text}\n${text}`],
])('a file that %s is left to the person', (_what, source) => {
  expect(withOutputBucket(source, path, bucket)).toBeUndefined();
});

it('a comment about the setting is no setting', () => {
  const commented = text.replace('defineLab({\n', 'defineLab({\n  // existingOutputBucket: kept ones\n');
  expect(withOutputBucket(commented, path, bucket)).toContain("existingOutputBucket: 'my-bucket',");
});
