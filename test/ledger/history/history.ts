import { compare } from './compare.ts';
import type { History } from './events.ts';
import { happen } from './happen.ts';
import { begin } from './world.ts';

/** Plays a history; after every event the kept reader must say what a reader that begins anew says. Throws where it does not. */
export async function play(history: History): Promise<void> {
  const world = await begin(history);
  await compare(world, 'the submission');
  for (const [index, event] of history.events.entries()) {
    await happen(world, event);
    await compare(world, `event ${index}, ${JSON.stringify(event)}`);
  }
  world.batch.isLate = false;
  for (const { children } of world.batch.jobs)
    for (const child of children)
      if (child.marked) Object.assign(child, { status: 'SUCCEEDED', marked: undefined });
  world.batch.told();
  await compare(world, 'the end');
}
