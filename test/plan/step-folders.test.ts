import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { stepFolderProblems } from '../../lib/plan/step-folders.ts';

it('an item that is called like a step which works for all of them is refused, and no other', () => {
  const spec = {
    ...rapidtide,
    steps: [
      { name: 'greet', takes: 'item' },
      { name: 'tally', takes: 'run' },
    ],
  } as const;
  const items = ['greet', 'tally', 'tally/2', 'tally2'].map(name => ({ name }));
  expect(stepFolderProblems(spec, items).map(each => each.message.split(' ')[0])).toEqual([
    '"tally"',
    '"tally/2"',
  ]);
  expect(stepFolderProblems(rapidtide, items)).toEqual([]);
});
