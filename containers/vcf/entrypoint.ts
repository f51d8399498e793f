import { main } from '../runtime/main.ts';
import { runCommand } from './raw.ts';
import { checkTask, exportTask } from './tasks/tasks-export.ts';
import { consolidateTask, createTask, storeTask, vacuumTask, verifyTask } from './tasks/tasks-ingest.ts';

process.exitCode = await main(
  {
    tasks: {
      create: createTask,
      store: storeTask,
      consolidate: consolidateTask,
      vacuum: vacuumTask,
      verify: verifyTask,
      check: checkTask,
      export: exportTask,
    },
    mounts: [],
    raw: (world, argv) => runCommand(argv, world.log),
  },
  process.argv.slice(2),
  process.env,
);
