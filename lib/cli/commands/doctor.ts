import type { Endpoint } from '../../aws/endpoint.ts';
import { bootstrapParameter } from '../../build/bootstrap-parameter.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { stackName } from '../../contract/workload/metadata.ts';
import { checks, firstCheck, jobChecks } from '../../doctor/checks.ts';
import type { Scope } from '../../doctor/finding.ts';
import { runChecks } from '../../doctor/run-checks.ts';
import { accountOf } from '../account-of.ts';
import type { Args, Command } from '../command.ts';
import type { Context } from '../context.ts';
import { countsText, doctorTable } from '../output/doctor-table.ts';

export const doctor: Command = {
  name: 'doctor',
  group: 'lab',
  summary: 'look for what keeps the lab, a workload or a job from working, and say what mends it',
  usage: '[workload | job-id]',
  options: {},
  examples: [
    'lab doctor',
    'lab doctor rapidtide --json',
    'lab doctor 3c0a1c52-5c7a-4f0e-9d3e-6f3f0e1d2c3b:17',
  ],
  onlyReads: true,
  async run(context, args) {
    const config = await context.config();
    const scope = scopeOf(context, args, config);
    const endpoint = await endpointOf(context, config);
    const account = await accountOf(context, endpoint);
    const list = scope.jobId ? jobChecks : checks;
    const progress = progressOf(context, list.length + 1);
    const rows = await runChecks(firstCheck, list, account, scope, progress.tick);
    progress.clear();
    const failed = rows.some(row => row.outcome === 'fail');
    if (context.json)
      context.print(JSON.stringify({ lab: config.name, region: config.region, ok: !failed, checks: rows }));
    else context.io.out.write(doctorTable(context.io.out, rows));
    const { suffix } = context;
    if (failed) context.say('what failed is mended by what is said behind its →');
    context.say(`${countsText(rows)}\nNext: npx lab ${failed ? 'doctor' : 'submit --help'}${suffix}`);
    return failed ? exitCodes.toMend : exitCodes.ok;
  },
};

/** Batch's job ids, children of arrays among them. */
const jobId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(:\d+)?$/i;

function scopeOf(context: Context, args: Args, config: LabConfig): Scope {
  const [subject] = args.positionals;
  const asked = subject !== undefined && jobId.test(subject) ? subject : undefined;
  const enabled = context.workloads.filter(spec => config.workloads[spec.name]?.enabled);
  const specs = subject === undefined || asked ? enabled : [context.spec(subject)];
  const off = specs.find(spec => !enabled.includes(spec));
  if (off)
    throw new LabError({
      where: off.name,
      message: 'is not turned on in this lab',
      fix: `workloads: { ${JSON.stringify(off.name)}: { … } } in lab.config.ts`,
    });
  const pools = [...new Set(specs.flatMap(spec => config.workloads[spec.name]!.pools))].sort();
  return {
    config,
    specs,
    pools,
    stackName: stackName(config.name),
    bootstrapParameter: bootstrapParameter(context.projectRoot),
    now: context.now(),
    local: context.local,
    suffix: context.suffix,
    ...(asked ? { jobId: asked } : {}),
  };
}

/** Where AWS is, without asking for a stack: that there is none is one of the findings. */
async function endpointOf(context: Context, config: LabConfig): Promise<Endpoint> {
  if (context.local) return (await context.connect()).asDeployer().endpoint;
  const { environment, profile } = context;
  return {
    region: config.region,
    ...(environment.AWS_ENDPOINT_URL ? { url: environment.AWS_ENDPOINT_URL } : {}),
    ...(profile ? { profile } : {}),
  };
}

/** How many checks have ended, on a line that is drawn again; nothing in a pipe. */
function progressOf(context: Context, total: number): { tick(): void; clear(): void } {
  const { err } = context.io;
  if (!err.isTTY || context.json) return { tick() {}, clear() {} };
  let ended = 0;
  const draw = (): void => void err.write(`\r\u001b[2Kchecking … ${ended} of ${total}`);
  draw();
  return {
    tick() {
      ended++;
      draw();
    },
    clear: () => void err.write('\r\u001b[2K'),
  };
}
