// The newest so many of something: a ring of fixed size, so that what is looked at for a shift takes no more memory than what is looked at for a minute.
export class Ring<Item> {
  private readonly items: (Item | undefined)[];
  private head = 0; // where the next one goes
  size = 0;

  constructor(readonly room: number) {
    this.items = new Array<Item | undefined>(room).fill(undefined);
  }

  push(item: Item): void {
    this.items[this.head] = item;
    this.head = (this.head + 1) % this.room;
    this.size = Math.min(this.size + 1, this.room);
  }

  // 0 is the newest.
  at(index: number): Item | undefined {
    return index < 0 || index >= this.size ? undefined : this.items[(this.head - 1 - index + this.room) % this.room];
  }

  // The newest first.
  all(): Item[] {
    return Array.from({ length: this.size }, (_, index) => this.at(index) as Item);
  }

  clear(): void {
    this.items.fill(undefined);
    this.head = 0;
    this.size = 0;
  }
}
