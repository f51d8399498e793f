import { isMainThread } from 'node:worker_threads';
import { main } from '../runtime/main.ts';
import { archiveTask } from './tasks/archive.ts';
import { deleteTask } from './tasks/delete.ts';
import { destroyTask } from './tasks/destroy.ts';
import { restoreTask } from './tasks/restore.ts';
import { sealTask } from './tasks/seal.ts';
import { verifyTask } from './tasks/verify.ts';

// Threads load this file, too: in a container it is all in one.
if (isMainThread)
  process.exitCode = await main(
    {
      tasks: {
        archive: archiveTask,
        verify: verifyTask,
        seal: sealTask,
        delete: deleteTask,
        restore: restoreTask,
        destroy: destroyTask,
      },
      mounts: [],
    },
    process.argv.slice(2),
    process.env,
  );
