import { main } from '../../containers/runtime/main.ts';
import { meshTasks } from './meshes.ts';
import { sampleTasks } from './samples.ts';

/** The entrypoint of those whose containers are processes. */
const tasks = Object.fromEntries(
  Object.entries({ ...sampleTasks, ...meshTasks }).map(([name, task]) => [name.split('/')[1]!, task]),
);
process.exitCode = await main({ tasks, mounts: [] }, process.argv.slice(2), process.env);
