import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import { counted } from '../contract/workload/number-text.ts';
import { runCdk } from './cdk.ts';
import { idleCosts, idleCostText } from './idle-cost.ts';

export interface SynthOptions {
  readonly projectRoot: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** `cdk synth` with the person's own words, then where each template is and what it costs while nothing runs. The exit code is cdk's. */
export async function synth(
  args: readonly string[],
  { projectRoot, signal, say }: SynthOptions,
): Promise<number> {
  const code = await runCdk(['synth', '--quiet', '--no-notices', ...args], {
    projectRoot,
    signal,
    quietStdout: false,
  });
  if (code !== exitCodes.ok) return code;
  const folder = outputOf(args);
  for (const path of await templatesIn(resolve(projectRoot, folder))) {
    const { Resources = {} } = JSON.parse(await readFile(path, 'utf8')) as { Resources?: object };
    const count = Object.keys(Resources).length;
    const costs = idleCosts(Resources as Readonly<Record<string, unknown>>);
    say(`${relative(projectRoot, path)}: ${counted(count, 'resource')}; ${idleCostText(costs)}`);
  }
  say('what is stored is paid for besides: docs/the-stack.md');
  say('Next: npm run diff');
  return code;
}

/** The folder that cdk writes to, relative to the project. */
function outputOf(args: readonly string[]): string {
  const at = args.findIndex(word => word === '-o' || word === '--output');
  const inline = args.find(word => word.startsWith('--output='))?.slice('--output='.length);
  return inline ?? (at < 0 ? 'cdk.out' : (args[at + 1] ?? 'cdk.out'));
}

async function templatesIn(folder: string): Promise<readonly string[]> {
  // `--help` writes none.
  const manifest = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => '{"artifacts":{}}');
  const { artifacts } = JSON.parse(manifest) as {
    artifacts: Readonly<Record<string, { type: string; properties?: { templateFile?: string } }>>;
  };
  return Object.values(artifacts).flatMap(({ type, properties }) =>
    type === 'aws:cloudformation:stack' && properties?.templateFile
      ? [join(folder, properties.templateFile)]
      : [],
  );
}
