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
import type { LabSource } from '../../lib/build/inputs.ts';
import { runApp } from '../../lib/build/run-app.ts';
import { bundlePath } from '../../lib/contract/workload/metadata.ts';
import { appInProcess } from '../helpers/app-in-process.ts';
import { root } from '../helpers/project.ts';

const lab = {
  name: 'lab',
  region: 'us-east-1',
  datasets: { hcp: { bucket: 'scans', access: 'role' } },
  workloads: { rapidtide: { datasets: { '/data_in': 'hcp' } } },
};

it('the app of a fresh clone has the jobs of its sources, never an old bundle, says nothing, and makes what cdk does', async () => {
  const clone = mkdtempSync(join(tmpdir(), 'lab-app-'));
  try {
    for (const name of ['bin', 'lib', 'jobs', 'containers', 'cdk.json', 'package.json', 'prices.json'])
      cpSync(join(root, name), join(clone, name), { recursive: true });
    const configFile = join(clone, 'lab.config.ts');
    writeFileSync(configFile, `export default ${JSON.stringify(lab)};\n`);
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    const bundle = bundlePath('containers/rapidtide');
    mkdirSync(dirname(join(clone, bundle)), { recursive: true });
    writeFileSync(join(clone, bundle), 'old');
    const source: LabSource = {
      projectRoot: clone,
      configFile,
      lab: lab.name,
      contexts: ['containers/rapidtide'],
    };
    const out = join(clone, 'out');
    expect(await runApp(source, out)).toEqual({ code: 0, by: null, text: '' });
    const sent = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter(each =>
      each.endsWith(bundle),
    );
    // An image of each architecture.
    expect(sent).toHaveLength(2);
    for (const each of sent) expect(readFileSync(join(out, each), 'utf8').length).toBeGreaterThan(50_000);
    // rules/our-stack.test.ts holds the app in this process to what cdk makes.
    const here = join(clone, 'here');
    await appInProcess(source, here);
    const template = 'arraylab-lab.template.json';
    expect(readFileSync(join(out, template), 'utf8')).toBe(readFileSync(join(here, template), 'utf8'));
  } finally {
    rmSync(clone, { recursive: true });
  }
});
