import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../contract/verb/replace-file.ts';
import { LabError, refuse } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { openPrompt } from '../input/prompt.ts';

interface Answers {
  readonly name: string;
  readonly region: string;
  readonly bucket: string;
  readonly access: string;
}

const questions: readonly {
  key: keyof Answers;
  text: string;
  fallback: string;
  pattern: RegExp;
  wanted: string;
}[] = [
  {
    key: 'name',
    text: 'name of the lab',
    fallback: 'lab',
    pattern: /^[a-z][a-z0-9-]{0,20}$/,
    wanted: 'small letters, digits and -, at most 21, a letter first',
  },
  {
    key: 'region',
    text: 'AWS region (the one of your data)',
    fallback: 'us-east-1',
    pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
    wanted: 'a region such as us-east-1',
  },
  {
    key: 'bucket',
    text: 'bucket with the input data',
    fallback: 'hcp-openaccess',
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    wanted: 'a bucket’s name, without s3://',
  },
  {
    key: 'access',
    text: 'read it as: keys | role | public | requester-pays',
    fallback: 'keys',
    pattern: /^(keys|role|public|requester-pays)$/,
    wanted: 'keys, role, public or requester-pays',
  },
];

export const init: Command = {
  name: 'init',
  group: 'lab',
  summary: 'ask what a lab must decide, and write lab.config.ts',
  usage: '[--name NAME --region REGION --bucket BUCKET --access HOW] [--force]',
  options: {
    name: { type: 'string', value: 'NAME', describe: 'of the lab' },
    region: { type: 'string', value: 'REGION', describe: 'AWS region' },
    bucket: { type: 'string', value: 'BUCKET', describe: 'with the input data' },
    access: { type: 'string', value: 'HOW', describe: 'keys, role, public or requester-pays' },
    force: { type: 'boolean', describe: 'write over a lab.config.ts that is there' },
  },
  examples: [
    'lab init',
    'lab init --name smith-lab --region us-east-1 --bucket hcp-openaccess --access keys',
  ],
  async run(context, args) {
    const path = join(context.projectRoot, 'lab.config.ts');
    if (existsSync(path) && !args.flag('force')) {
      throw new LabError({
        where: 'lab.config.ts',
        message: 'is there already',
        fix: 'edit it, or write it anew with --force',
      });
    }
    const answers = await readAnswers(context, args);
    await replaceFile(path, configText(answers, firstOverData(context.workloads)));
    context.say(`wrote ${path}`);
    context.say(`Once per account and region: npx cdk bootstrap aws://ACCOUNT/${answers.region}`);
    context.say(`Next: npm run deploy${answers.access === 'keys' ? ' && npx lab secret set data' : ''}`);
    return exitCodes.ok;
  },
};

async function readAnswers(context: Context, args: Args): Promise<Answers> {
  const answers: Partial<Record<keyof Answers, string>> = {};
  refuse(
    questions.flatMap(({ key, pattern, wanted }) => {
      const given = args.text(key);
      if (given === undefined || pattern.test(given)) return [];
      return [{ where: `--${key}`, message: `${JSON.stringify(given)} is not ${wanted}` }];
    }),
  );
  const prompt = context.stdin.isTTY ? openPrompt(context, 'lab init') : undefined;
  try {
    for (const { key, text, fallback, pattern, wanted } of questions) {
      let value =
        args.text(key) ??
        (prompt ? (await prompt.ask(`${text} [${fallback}]: `)).trim() || fallback : fallback);
      while (!pattern.test(value)) {
        value = (await prompt!.ask(`  that is not ${wanted}; ${text} [${fallback}]: `)).trim() || fallback;
      }
      answers[key] = value;
    }
  } finally {
    prompt?.close();
  }
  return answers as Answers;
}

/** The first workload that cannot do without a dataset, and where it has it. */
function firstOverData(workloads: readonly WorkloadSpec[]): {
  readonly workload: string;
  readonly path: string;
} {
  for (const { name, mounts } of workloads)
    for (const { path, optional } of mounts) if (!optional) return { workload: name, path };
  throw new Error('no workload has a mount');
}

const configText = (
  { name, region, bucket, access }: Answers,
  { workload, path }: ReturnType<typeof firstOverData>,
): string => `import { defineLab } from './lib/config/define-lab.ts';

/** What this lab decides. Everything else has a default; npm run synth says what is wrong, all at once. */
export default defineLab({
  name: '${name}',
  region: '${region}',
  datasets: {
    data: { bucket: '${bucket}', region: '${region}', access: '${access}' },
  },
  workloads: {
    ${/^\w+$/.test(workload) ? workload : `'${workload}'`}: { datasets: { '${path}': 'data' } },
  },
});
`;
