import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundlePath } from '../../lib/contract/workload/metadata.ts';
import { root } from '../helpers/project.ts';

it('what cdk.json names bundles by itself: a bare cdk deploy of a fresh clone has the jobs of its sources, never an old bundle', () => {
  const clone = mkdtempSync(join(tmpdir(), 'lab-app-'));
  try {
    for (const name of [
      'bin',
      'lib',
      'jobs',
      'containers',
      'cdk.json',

      'package.json',
      'prices.json',
    ])
      cpSync(join(root, name), join(clone, name), { recursive: true });
    writeFileSync(
      join(clone, 'lab.config.ts'),
      `export default { name: 'lab', region: 'us-east-1', datasets: { hcp: { bucket: 'scans', access: 'role' } }, workloads: { rapidtide: { datasets: { '/data_in': 'hcp' } } } };\n`,
    );
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    const bundle = bundlePath('containers/rapidtide');
    mkdirSync(dirname(join(clone, bundle)), { recursive: true });
    writeFileSync(join(clone, bundle), 'old');
    const { app, context } = JSON.parse(readFileSync(join(clone, 'cdk.json'), 'utf8')) as {
      app: string;
      context: object;
    };
    const [node, ...words] = app.split(' ');
    const { status, stderr } = spawnSync(node!, words, {
      cwd: clone,
      // As the cdk command calls it.
      env: { ...process.env, CDK_OUTDIR: join(clone, 'out'), CDK_CONTEXT_JSON: JSON.stringify(context) },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    const sent = readdirSync(join(clone, 'out'), { recursive: true, encoding: 'utf8' }).filter(each =>
      each.endsWith(bundle),
    );
    // An image of each architecture.
    expect(sent).toHaveLength(2);
    for (const each of sent)
      expect(readFileSync(join(clone, 'out', each), 'utf8').length).toBeGreaterThan(50_000);
  } finally {
    rmSync(clone, { recursive: true });
  }
});
