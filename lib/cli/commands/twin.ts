import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { openPrompt } from '../input/prompt.ts';
import { resetTwin, toolFolders, twinFolderOf } from '../twin/folder.ts';
import { personOf, readPerson } from '../twin/person.ts';
import { readServer, serveTwin, stopServer, upServer } from '../twin/server.ts';

export const twin: Command = {
  name: 'twin',
  group: 'twin',
  summary: 'the offline twin of AWS: up, env, status, down, reset',
  usage: 'up | env | status | down | reset',
  verbs: {
    up: { usage: '[--tools FOLDERS]', summary: 'start it over lab.config.ts as it is, for every --local' },
    env: { usage: '[--as PERSON]', summary: 'what makes AWS clients of this shell talk to it' },
    status: { usage: '', summary: 'whether it is up, and where' },
    down: { usage: '', summary: 'end it; its state is kept' },
    reset: { usage: '[--yes]', summary: 'end it and delete its buckets, jobs, logs and secrets' },
  },
  options: {
    tools: {
      type: 'string',
      value: 'FOLDERS',
      describe: 'up: folders of the programs that images hold, with : between (or LAB_TOOLS)',
    },
    as: {
      type: 'string',
      value: 'PERSON',
      describe: 'env: as members (or LAB_TWIN_AS), keepers, deployer or the datasets’ owner',
    },
    yes: { type: 'boolean', describe: 'reset without asking' },
  },
  examples: [
    'lab twin up --tools ~/venvs/rapidtide/bin',
    'lab twin up && eval "$(npx lab twin env)" && aws batch describe-job-queues',
    'lab twin env --as keepers',
    'lab twin status',
    'lab twin down',
    'lab twin reset',
  ],
  async run(context, args) {
    const verb = args.positionals[0] ?? 'status';
    const action = actions[verb];
    if (!action)
      throw new LabError({
        where: verb,
        message: 'is none of up, env, status, down, reset',
        fix: 'npx lab twin --help',
      });
    return action(context, args);
  },
};

const actions: Record<string, (context: Context, args: Args) => Promise<number>> = {
  async up(context, args) {
    const config = await context.config();
    const home = twinFolderOf(context);
    const tools = args.text('tools');
    const given = tools === undefined ? home : { ...home, tools: toolFolders(tools, context.cwd) };
    const server = await upServer(given, config, context.say);
    context.say(`the twin of lab ${config.name} is up at ${server.url}\nNext: eval "$(npx lab twin env)"`);
    return exitCodes.ok;
  },
  async env(context, args) {
    const server = await readServer(twinFolderOf(context));
    if (!server)
      throw new LabError(
        { where: 'lab twin env', message: 'no twin is up', fix: 'npx lab twin up' },
        exitCodes.service,
      );
    const as = args.text('as');
    const person = as === undefined ? personOf(context.environment) : readPerson(as, '--as');
    const { accessKeyId, secretAccessKey } = server.keys[person];
    context.print(
      [
        `export AWS_ENDPOINT_URL=${server.url}`,
        `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
        `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
        `export AWS_DEFAULT_REGION=${server.region}`,
        `export AWS_REGION=${server.region}`,
        'unset AWS_PROFILE AWS_SESSION_TOKEN',
      ].join('\n'),
    );
    return exitCodes.ok;
  },
  async status(context) {
    const server = await readServer(twinFolderOf(context));
    if (context.json)
      context.print(JSON.stringify(server ? { up: true, url: server.url, pid: server.pid } : { up: false }));
    else context.print(server ? `up at ${server.url} (process ${server.pid})` : 'down');
    context.say(server ? 'Next: npx lab twin down' : 'Next: npx lab twin up');
    return exitCodes.ok;
  },
  async down(context) {
    const stopped = await stopServer(twinFolderOf(context));
    context.say(
      `${stopped ? 'the twin is down; its state is kept' : 'no twin was up'}\nNext: npx lab twin up`,
    );
    return exitCodes.ok;
  },
  async reset(context, args) {
    if (!args.flag('yes') && !(await confirm(context))) {
      context.say('nothing was deleted');
      return exitCodes.badInput;
    }
    await stopServer(twinFolderOf(context));
    await resetTwin(twinFolderOf(context));
    context.say('the twin’s buckets, jobs, logs and secrets are deleted\nNext: npx lab twin up');
    return exitCodes.ok;
  },
  serve: async context => serveTwin(twinFolderOf(context), await context.config(), context.signal),
};

async function confirm(context: Context): Promise<boolean> {
  if (!context.stdin.isTTY)
    throw new LabError({
      where: 'lab twin reset',
      message: 'deletes every bucket, job and log of the twin',
      fix: 'say so with --yes',
    });
  const prompt = openPrompt(context, 'lab twin reset');
  const answer = await prompt.ask('delete every bucket, job, log and secret of the twin? Type "reset": ');
  prompt.close();
  return answer.trim() === 'reset';
}
