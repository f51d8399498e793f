import { askMetadata } from './instance-metadata.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * Aborted at SIGTERM (a timeout, a cancel) and at a spot notice: Batch gives containers no signal for that one, so the
 * instance's metadata is asked every five seconds, where it answers.
 */
export function watchInterruption(
  environment: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): Interruption {
  const controller = new AbortController();
  const abort = (why: string): void => {
    if (controller.signal.aborted) return;
    log(`stopping: ${why}`);
    controller.abort(why);
  };
  const onTerm = (): void => abort('SIGTERM');
  process.on('SIGTERM', onTerm);
  const timer =
    environment.AWS_EC2_METADATA_DISABLED === 'true'
      ? undefined
      : setInterval(() => void look(environment, abort), 5000).unref();
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGTERM', onTerm);
      clearInterval(timer);
    },
  };
}

async function look(
  environment: Readonly<Record<string, string | undefined>>,
  abort: (why: string) => void,
): Promise<void> {
  const [action] = await askMetadata(environment, 'spot/instance-action');
  if (action !== undefined) abort(noticeText(action));
}

/** Without its time, which is another with every host: what is told of many is told once. */
function noticeText(answer: string): string {
  try {
    return `spot notice: ${String((JSON.parse(answer) as { action?: unknown }).action)}`;
  } catch {
    return `spot notice: ${answer}`;
  }
}
