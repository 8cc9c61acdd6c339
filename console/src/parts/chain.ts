// Pages of something that grows at its newest end, put together without a gap. A page holds all there is from `next` up to where it was asked from;
// the newest page moves on by itself, so pages of before are only shown as far as they follow one another.

export interface Page<T> {
  from: number; // everything below was asked for; Infinity for the newest page
  next: number | null; // the page ends here, and the next one is asked for from here; null: there is nothing more
  items: T[];
}

// What a newest page was, once there is a newer one: it holds what is not newer than its newest.
export function settledPage<T>(items: T[], next: number | null, sequence: (item: T) => number): Page<T> {
  return { from: items.length === 0 ? 0 : sequence(items[0]!) + 1, next, items };
}

// The items without a gap from the newest on, and where the next page is to be asked for; null: these are all.
export function joined<T>(newest: Page<T>, older: Page<T>[], sequence: (item: T) => number): { items: T[]; next: number | null } {
  const items = [...newest.items];
  const seen = new Set(items.map(sequence));
  let next = newest.next;
  for (let grows = true; grows; ) {
    const reach = next;
    const follows = reach === null ? undefined : older.find((page) => page.from >= reach && (page.next === null || page.next < reach));
    grows = follows !== undefined;
    if (follows !== undefined) {
      follows.items.filter((item) => !seen.has(sequence(item))).forEach((item) => {
        seen.add(sequence(item));
        items.push(item);
      });
      next = follows.next;
    }
  }
  return { items, next };
}
