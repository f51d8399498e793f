/**
 * The most minutes that an update of an environment waits for its jobs before Batch ends them: five days, six hours in China.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdatePolicy.html
 */
export const longestUpdateMinutes = (region: string): number => (region.startsWith('cn-') ? 360 : 7200);
