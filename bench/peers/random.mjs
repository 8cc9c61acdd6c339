// Chance that is the same on every machine: integer operations, and one division by a power of two.

// 32-bit FNV-1a with a final mix, of the UTF-16 units of a string.
export function hash32(text) {
    let h = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) {
        h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
}

// Marsaglia's xorshift, 32 bits (13, 17, 5). next() is in [0, 1).
export class Xorshift {
    constructor(seed) {
        this.x = seed >>> 0 || 1;
    }
    next() {
        let x = this.x;
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        this.x = x >>> 0;
        return this.x / 4294967296;
    }
    chance(p) {
        return this.next() < p;
    }
    below(n) {
        return Math.floor(this.next() * n);
    }
    pick(list) {
        return list[this.below(list.length)];
    }
}
