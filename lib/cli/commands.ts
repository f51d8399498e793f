import type { Command } from './command.ts';
import { archive } from './commands/archive.ts';
import { calendar } from './commands/calendar.ts';
import { cancel } from './commands/cancel.ts';
import { completionOf } from './commands/completion.ts';
import { deploy } from './commands/deploy.ts';
import { destroy } from './commands/destroy.ts';
import { doctor } from './commands/doctor.ts';
import { fetch } from './commands/fetch.ts';
import { init } from './commands/init.ts';
import { logs } from './commands/logs.ts';
import { prices } from './commands/prices.ts';
import { pypeliner } from './commands/pypeliner.ts';
import { queue } from './commands/queue.ts';
import { quickstart } from './commands/quickstart.ts';
import { rehearse } from './commands/rehearse.ts';
import { report } from './commands/report.ts';
import { retry } from './commands/retry.ts';
import { runs } from './commands/runs.ts';
import { secret } from './commands/secret.ts';
import { stackInfo } from './commands/stack-info.ts';
import { status } from './commands/status.ts';
import { submit } from './commands/submit.ts';
import { twin } from './commands/twin.ts';
import { watch } from './commands/watch.ts';
import { why } from './commands/why.ts';

/** Every verb of `lab`, in the order of its help. */
export const commands: readonly Command[] = [
  init,
  deploy,
  doctor,
  submit,
  rehearse,
  watch,
  status,
  runs,
  logs,
  why,
  report,
  calendar,
  retry,
  cancel,
  fetch,
  archive,
  secret,
  prices,
  completionOf(() => commands),
  stackInfo,
  destroy,
  twin,
  quickstart,
  pypeliner,
  queue,
];
