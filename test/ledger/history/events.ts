import fc from 'fast-check';

/** Something that happens to a run; numbers choose among what is there. */
export type Event =
  | {
      readonly kind:
        | 'start'
        | 'mark'
        | 'forget'
        | 'cancel'
        | 'retry'
        | 'resume'
        | 'late'
        | 'wait'
        | 'blink'
        | 'swap'
        | 'resubmit';
      readonly pick: number;
    }
  | { readonly kind: 'end'; readonly pick: number; readonly outcome: Outcome }
  | { readonly kind: 'cut'; readonly pick: number };

export const outcomes = ['done', 'partial', 'failed', 'again', 'killed', 'silent', 'soft'] as const;
export type Outcome = (typeof outcomes)[number];

export interface History {
  readonly shape: number;
  readonly items: number;
  readonly perShard: number;
  /** The submission is cut at this request. */
  readonly cutAt: number;
  /** Its containers are of the time before records told anything in their names. */
  readonly isOld: boolean;
  /** Reasons are too long for a name. */
  readonly isWordy: boolean;
  /**
   * Children have room in the request for arrays, or one of them alone; then what no summary tells of is left out (`calm`), or
   * every child has had its turn, and every summary its minute, before it is compared.
   */
  readonly room: 'all' | 'calm' | 'turns';
  /** Children of a page of Batch's listings. */
  readonly page: number;
  /** The reader is one of many: it is compared once it has made as many looks as spared calls take. */
  readonly isSparing: boolean;
  readonly events: readonly Event[];
}

const pick = fc.nat(1000);
const simple = (kind: Exclude<Event['kind'], 'end'>): fc.Arbitrary<Event> =>
  pick.map(pick => ({ kind, pick }));

export const histories: fc.Arbitrary<History> = fc.record({
  shape: fc.nat(4),
  items: fc.integer({ min: 1, max: 9 }),
  perShard: fc.integer({ min: 1, max: 3 }),
  cutAt: fc.oneof({ weight: 3, arbitrary: fc.constant(999) }, { weight: 1, arbitrary: fc.nat(14) }),
  isOld: fc.nat(4).map(each => each === 0),
  isWordy: fc.nat(4).map(each => each === 0),
  room: fc.constantFrom('all', 'all', 'calm', 'turns'),
  page: fc.constantFrom(1000, 1, 2),
  isSparing: fc.nat(2).map(each => each === 0),
  events: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: simple('start') },
      {
        weight: 8,
        arbitrary: fc
          .record({ pick, outcome: fc.constantFrom(...outcomes) })
          .map((each): Event => ({ kind: 'end', ...each })),
      },
      { weight: 2, arbitrary: simple('mark') },
      { weight: 1, arbitrary: simple('forget') },
      { weight: 1, arbitrary: simple('cancel') },
      { weight: 3, arbitrary: simple('retry') },
      { weight: 2, arbitrary: simple('resume') },
      { weight: 2, arbitrary: simple('late') },
      { weight: 3, arbitrary: simple('blink') },
      { weight: 2, arbitrary: simple('swap') },
      { weight: 1, arbitrary: simple('wait') },
      { weight: 2, arbitrary: simple('cut') },
    ),
    { maxLength: 60, size: 'max' },
  ),
});
