/** Parameters of a Batch job that nothing reads but who is told of its end: state changes carry them, and not its tags. */
export const jobParameters = {
  /** `yes` on the jobs of a round's last steps: when they are over, the round is. */
  lastStep: 'arraylabLastStep',
  run: 'arraylabRun',
} as const;
