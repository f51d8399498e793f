import type { OpenRunPorts } from '../../../lib/contract/ports/open-run.ts';
import { fileStorage } from '../files/file-storage.ts';
import { jobOperations } from '../files/storage-operations.ts';
import { filesPrefix } from '../job.ts';
import { jobQueue } from './job-queue.ts';
import { openJobs } from './open-jobs.ts';
import type { HeadSession } from './queue-operations.ts';
import { serveSocket } from './serve-lines.ts';

/** A head's session over a run that is there: its queue, its files, and the socket for processes beside it. */
export async function openSession(options: OpenRunPorts): Promise<HeadSession & { close(): Promise<void> }> {
  const storage = fileStorage({
    store: options.objects,
    storeOf: options.objectsOf,
    prefix: filesPrefix(options.run.runId),
    now: Date.now,
    listsFirst: true,
    resumeFolder: options.resumeFolder,
  });
  await storage.connect();
  const socket = await serveSocket(jobOperations(storage));
  return {
    run: options.run.runId,
    queue: jobQueue({ jobs: openJobs(options), tickMs: options.tickMs }),
    storage,
    socket: socket.path,
    close: async () => {
      await storage.flush();
      await socket.close();
    },
  };
}
