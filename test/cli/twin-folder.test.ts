import { twinFolderOf } from '../../lib/cli/twin/folder.ts';

const at = (environment: NodeJS.ProcessEnv): string =>
  twinFolderOf({ cwd: '/home/me', projectRoot: '/home/me/lab', environment }).folder;

it('the twin is in .lab of the project, or where LAB_TWIN_FOLDER says, from where the command is given', () => {
  expect(at({})).toBe('/home/me/lab/.lab/twin');
  expect(at({ LAB_TWIN_FOLDER: '' })).toBe('/home/me/lab/.lab/twin');
  expect(at({ LAB_TWIN_FOLDER: '/scratch/twin' })).toBe('/scratch/twin');
  expect(at({ LAB_TWIN_FOLDER: 'other' })).toBe('/home/me/other');
});
