import { compareKeys } from './inventory.ts';
import type { List } from './list.ts';

/**
 * Where a key lies in a list that is in the order of keys; -1 where it does not. Who asks in that order, as listings come, is answered
 * by one look each, and nothing of the list is held for it.
 */
export function placeFinder(objects: List<{ readonly key: string }>): (key: string) => number {
  let next = 0;
  return key => {
    if (objects.at(next)?.key === key) return next++;
    let [low, high] = [0, objects.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareKeys(objects.at(middle)!.key, key);
      if (order === 0) {
        next = middle + 1;
        return middle;
      }
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    next = low;
    return -1;
  };
}
