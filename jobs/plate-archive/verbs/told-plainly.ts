import { isStoreError } from '../../../lib/contract/ports/object-store.ts';
import { shellWord } from '../../../lib/contract/verb/texts.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { NothingFits, PlateError } from '../plate/plate-error.ts';

/** What stops a plate, as a person at a shell is told. */
export async function toldPlainly<T>(plate: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NothingFits)
      throw new LabError({
        where: '--include',
        message: error.message,
        fix: error.fix(shellWord(plate)),
      });
    if (error instanceof PlateError)
      throw new LabError(
        error.problems.map(message => ({ where: plate, message })),
        exitCodes.toMend,
      );
    if (isStoreError(error, 'InvalidObjectState'))
      throw new LabError(
        {
          where: plate,
          message: 'its tars are in a cold class and cannot be read now',
          fix: `npx lab archive restore --plate ${shellWord(plate)} asks for them`,
        },
        exitCodes.toMend,
      );
    if (isStoreError(error, 'AccessDenied'))
      throw new LabError({ where: plate, message: `S3 refused: ${error.message}` }, exitCodes.service);
    throw error;
  }
}
