import { invalid } from './invalid.ts';
import { linePattern } from './line-pattern.ts';
import type { LogEvent } from './stream-files.ts';
import { type Page, readBackward, readForward, type WantedEvents } from './stream-pages.ts';

type Input = Readonly<Record<string, unknown>>;

/** Most events that one answer holds. */
const mostEvents = 10_000;

/**
 * GetLogEvents over a stream's file: a page, and tokens for both directions; at the end the token that was given comes back,
 * which is how clients see the end. Tokens are places in the file: a page costs what it holds, however long the stream.
 */
export function getEvents(path: string, input: Input): unknown {
  const [from, to] = span(input);
  const wanted = {
    limit: limitOf(input),
    accepts: (each: LogEvent) => each.timestamp >= from && each.timestamp < to,
  };
  const { events, start, end } = pageOf(path, wanted, input);
  return {
    events: events.map(each => ({ ...each, ingestionTime: each.timestamp })),
    nextForwardToken: `f/${end}`,
    nextBackwardToken: `b/${start}`,
  };
}

function pageOf(path: string, wanted: WantedEvents, input: Input): Page {
  if (input.nextToken === undefined)
    return input.startFromHead === true
      ? readForward(path, 0, wanted)
      : readBackward(path, Number.MAX_SAFE_INTEGER, wanted);
  if (String(input.nextToken).startsWith('b/'))
    return readBackward(path, position(/^b\/(\d+)$/, input.nextToken), wanted);
  return readForward(path, position(/^f\/(\d+)$/, input.nextToken), wanted);
}

/** FilterLogEvents over streams of a group, oldest first. */
export function filterEvents(
  streams: readonly { readonly name: string; readonly events: Iterable<LogEvent> }[],
  input: Input,
): unknown {
  const [from, to] = span(input);
  const matches = linePattern(String(input.filterPattern ?? ''));
  const found: FoundEvent[] = [];
  for (const { name, events } of streams) {
    let index = 0;
    for (const each of events) {
      const eventId = `${name}/${index++}`;
      if (each.timestamp >= from && each.timestamp < to && matches(each.message))
        found.push({ logStreamName: name, ...each, ingestionTime: each.timestamp, eventId });
    }
  }
  found.sort((a, b) => a.timestamp - b.timestamp);
  const start = input.nextToken === undefined ? 0 : position(/^n\/(\d+)$/, input.nextToken);
  const end = start + limitOf(input);
  return {
    events: found.slice(start, end),
    searchedLogStreams: [],
    ...(end < found.length ? { nextToken: `n/${end}` } : {}),
  };
}

interface FoundEvent extends LogEvent {
  readonly logStreamName: string;
  readonly ingestionTime: number;
  readonly eventId: string;
}

/** Times are ms since 1970; the end is not part of it. */
const span = (input: Input): [number, number] => [
  Number(input.startTime ?? 0),
  Number(input.endTime ?? Number.MAX_SAFE_INTEGER),
];

function limitOf(input: Input): number {
  const limit = Number(input.limit ?? mostEvents);
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostEvents) return limit;
  throw invalid(`limit ${limit} must be between 1 and ${mostEvents}`);
}

function position(form: RegExp, token: unknown): number {
  const found = form.exec(String(token));
  if (!found) throw invalid('The specified nextToken is invalid.');
  return Number(found[1]);
}
