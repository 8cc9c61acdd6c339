// Where new nodes go. What stands stays where it is: a node that comes is put beside those that it is bound to, on the first free place of rings around
// them, away from what stands there already. Grows with what comes, not with what stands.
export interface Point {
  x: number;
  y: number;
}

// A few have room for what is written along their bonds and for the names of accounts side by side; many stand closer, so that the whole is seen larger.
interface Room {
  apart: number; // two nodes
  ring: number; // the first around a node
  step: number; // from ring to ring
}

const FEW = 24;
const ROOMY: Room = { apart: 92, ring: 156, step: 92 };
const CLOSE: Room = { apart: 76, ring: 120, step: 84 };

class Ground {
  private readonly cells = new Map<string, Point[]>();

  constructor(readonly room: Room) {}

  take(point: Point): void {
    const { apart } = this.room;
    const key = `${Math.floor(point.x / apart)},${Math.floor(point.y / apart)}`;
    const cell = this.cells.get(key);
    if (cell === undefined) {
      this.cells.set(key, [point]);
    } else {
      cell.push(point);
    }
  }

  isFree(point: Point): boolean {
    const { apart } = this.room;
    const column = Math.floor(point.x / apart);
    const row = Math.floor(point.y / apart);
    for (let x = column - 1; x <= column + 1; x++) {
      for (let y = row - 1; y <= row + 1; y++) {
        if (this.cells.get(`${x},${y}`)?.some((other) => Math.hypot(other.x - point.x, other.y - point.y) < apart * 0.96)) {
          return false;
        }
      }
    }
    return true;
  }
}

// The first free place of rings around `middle`, beginning in the direction of `angle` and going out to both sides of it as far as `spread`.
function freePlace(ground: Ground, middle: Point, angle: number, spread: number, from: { ring: number; slot: number }): Point {
  const { room } = ground;
  for (let ring = from.ring; ; ring++, from.ring = ring, from.slot = 0) {
    const radius = room.ring + ring * room.step;
    const slots = Math.max(1, Math.floor((2 * spread * radius) / room.apart));
    for (let slot = from.slot; slot < slots; slot++) {
      const side = slot % 2 === 0 ? 1 : -1;
      const turn = angle + side * Math.ceil(slot / 2) * ((2 * spread) / slots);
      const point = { x: Math.round(middle.x + radius * Math.cos(turn)), y: Math.round(middle.y + radius * Math.sin(turn)) };
      if (ground.isFree(point)) {
        from.slot = slot + 1;
        return point;
      }
    }
  }
}

function middleOf(points: Point[]): Point {
  return { x: points.reduce((sum, point) => sum + point.x, 0) / points.length, y: points.reduce((sum, point) => sum + point.y, 0) / points.length };
}

// Places of `ids` that have none in `standing`, with the bonds of all.
export function placeNew(ids: string[], bonds: [string, string][], standing: ReadonlyMap<string, Point>): Map<string, Point> {
  const places = new Map<string, Point>();
  const coming = new Set(ids.filter((id) => !standing.has(id)));
  const ground = new Ground(coming.size + standing.size > FEW ? CLOSE : ROOMY);
  standing.forEach((point) => ground.take(point));
  const placeOf = (id: string) => places.get(id) ?? standing.get(id);
  const bound = new Map<string, string[]>();
  bonds.forEach(([one, other]) => {
    bound.set(one, [...(bound.get(one) ?? []), other]);
    bound.set(other, [...(bound.get(other) ?? []), one]);
  });
  const fans = new Map<string, { angle: number; spread: number; from: { ring: number; slot: number } }>();
  const put = (id: string, point: Point) => {
    places.set(id, point);
    ground.take(point);
    coming.delete(id);
  };

  // Around a node: away from what it is bound to already; all around where it is bound to nothing.
  function fanOf(id: string, at: Point) {
    let fan = fans.get(id);
    if (fan === undefined) {
      const around = (bound.get(id) ?? []).flatMap((other) => placeOf(other) ?? []);
      const near = around.length === 0 ? null : middleOf(around);
      const isAlone = near === null || Math.hypot(at.x - near.x, at.y - near.y) < 1;
      fan = { angle: isAlone ? -Math.PI / 2 : Math.atan2(at.y - near.y, at.x - near.x), spread: isAlone ? Math.PI : Math.PI * 0.6, from: { ring: 0, slot: 0 } };
      fans.set(id, fan);
    }
    return fan;
  }

  const queue = [...coming].filter((id) => (bound.get(id) ?? []).some((other) => standing.has(other)));
  const queued = new Set(queue);
  for (let next = 0; coming.size > 0; ) {
    if (next === queue.length) {
      // Bound to nothing that stands: the first of another group, apart from the others.
      const [first] = coming;
      const all = [...standing.values(), ...places.values()];
      const right = all.length === 0 ? null : Math.max(...all.map((point) => point.x));
      put(first!, right === null ? { x: 0, y: 0 } : { x: right + 4 * ground.room.apart, y: 0 });
      (bound.get(first!) ?? []).filter((other) => coming.has(other) && !queued.has(other)).forEach((other) => (queued.add(other), queue.push(other)));
      continue;
    }
    const id = queue[next++]!;
    if (!coming.has(id)) {
      continue;
    }
    const others = [...new Set(bound.get(id) ?? [])].filter((other) => placeOf(other) !== undefined);
    if (others.length === 1) {
      const at = placeOf(others[0]!)!;
      const fan = fanOf(others[0]!, at);
      put(id, freePlace(ground, at, fan.angle, fan.spread, fan.from));
    } else {
      const middle = middleOf(others.map((other) => placeOf(other)!));
      const point = { x: Math.round(middle.x), y: Math.round(middle.y) };
      put(id, ground.isFree(point) ? point : freePlace(ground, point, 0, Math.PI, { ring: 0, slot: 0 }));
    }
    (bound.get(id) ?? []).filter((other) => coming.has(other) && !queued.has(other)).forEach((other) => (queued.add(other), queue.push(other)));
  }
  return places;
}
