import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { workloads } from '../../jobs/index.ts';
import { refuseForbidden } from '../../lib/build/bundle.ts';
import { withGenerated } from '../../lib/build/npm-scripts.ts';

const root = resolve(import.meta.dirname, '../..');

it('package.json has the scripts that bin/generate.ts writes', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(withGenerated(scripts, workloads)).toEqual(scripts);
  expect(scripts['submit:rapidtide']).toBe('node bin/lab.ts submit rapidtide');
});

it('a workload that is gone loses its script', () => {
  expect(withGenerated({ test: 'jest', 'submit:old': 'x' }, [{ name: 'new' }])).toEqual({
    test: 'jest',
    'submit:new': 'node bin/lab.ts submit new',
  });
});

it('a bundle with CDK or the SDK in it is refused', () => {
  expect(() => refuseForbidden('x', ['containers/x/task.ts', 'node_modules/aws-cdk-lib/index.js'])).toThrow(
    'aws-cdk-lib',
  );
  expect(() => refuseForbidden('x', ['node_modules/@aws-sdk/client-s3/index.js'])).toThrow('client-s3');
  expect(() => refuseForbidden('x', ['containers/x/task.ts'])).not.toThrow();
});

it('the lock file names no download address', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved": "http');
});
