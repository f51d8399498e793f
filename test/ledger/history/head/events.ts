import fc from 'fast-check';
import { type Event, type History, outcomes } from '../events.ts';

const deeds = ['send', 'cut-look', 'cut-send', 'killed'] as const;
/** What a head does: sends jobs; looks and is cut off, or sends and is; is killed, and another one begins. */
export interface HeadDeed {
  readonly kind: (typeof deeds)[number];
  readonly pick: number;
}
/** The rest happens to its run as to any. */
export type HeadEvent = Event | HeadDeed;

export const isDeed = (event: HeadEvent): event is HeadDeed =>
  (deeds as readonly string[]).includes(event.kind);

export interface HeadHistory extends Pick<History, 'isOld' | 'isWordy' | 'room' | 'page' | 'isSparing'> {
  /** How often the head asks Batch, in ms. */
  readonly everyMs: number;
  readonly events: readonly HeadEvent[];
}

const pick = fc.nat(1000);
const simple = (kind: Exclude<HeadEvent['kind'], 'end'>): fc.Arbitrary<HeadEvent> =>
  pick.map((pick): HeadEvent => ({ kind, pick }));

export const headHistories: fc.Arbitrary<HeadHistory> = fc.record({
  isOld: fc.nat(4).map(each => each === 0),
  isWordy: fc.nat(4).map(each => each === 0),
  room: fc.constantFrom('all', 'all', 'calm', 'turns'),
  page: fc.constantFrom(1000, 1, 2),
  isSparing: fc.nat(4).map(each => each === 0),
  everyMs: fc.constantFrom(0, 20_000),
  events: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: simple('send') },
      { weight: 8, arbitrary: simple('start') },
      {
        weight: 8,
        arbitrary: fc
          .record({ pick, outcome: fc.constantFrom(...outcomes) })
          .map((each): HeadEvent => ({ kind: 'end', ...each })),
      },
      { weight: 2, arbitrary: simple('mark') },
      { weight: 2, arbitrary: simple('forget') },
      { weight: 1, arbitrary: simple('cancel') },
      { weight: 2, arbitrary: simple('late') },
      { weight: 3, arbitrary: simple('blink') },
      { weight: 1, arbitrary: simple('wait') },
      { weight: 2, arbitrary: simple('cut') },
      { weight: 3, arbitrary: simple('cut-look') },
      { weight: 2, arbitrary: simple('cut-send') },
      { weight: 2, arbitrary: simple('killed') },
    ),
    { maxLength: 50, size: 'max' },
  ),
});
