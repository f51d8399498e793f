import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';

/** A job of the old scripts, which did not come from our CLI: its command begins with `tiledbvcf` and is run as it stands. */
export async function runCommand(argv: readonly string[], log: (line: string) => void): Promise<number> {
  const [program, ...args] = argv;
  if (program !== 'tiledbvcf') {
    log(`the command begins with ${JSON.stringify(program ?? '')}: it has to begin with tiledbvcf`);
    return exitCodes.badJob;
  }
  // As the image of the tool has it, which ours does not.
  const environment = { ...process.env, AWS_EC2_METADATA_DISABLED: 'true' };
  const child = spawn(program, args, { stdio: 'inherit', env: environment });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', pass);
  return new Promise(done => {
    child.once('error', error => {
      log(`tiledbvcf: ${error.message}`);
      done(127);
    });
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', pass);
      done(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 0));
    });
  });
}
