// Events by second and type over the last minute.

export const SECONDS = 60;
const MOST_TYPES = 100;   // of a second; what is beyond counts as OTHER
export const OTHER = 'other';

export class Rates {
  #seconds = Array.from({ length: SECONDS }, emptySecond);
  #now = 0;   // the second that is being counted

  count(type) {
    const { byType } = this.#seconds.at(-1);
    const name = byType.has(type) || byType.size < MOST_TYPES ? type : OTHER;
    byType.set(name, (byType.get(name) ?? 0) + 1);
  }

  countLost(count) {
    this.#seconds.at(-1).lost += count;
  }

  clear() {
    this.#seconds = Array.from({ length: SECONDS }, emptySecond);
  }

  /** Moves on to the second `now`. True where that is another one. */
  advance(now) {
    const passed = this.#now ? now - this.#now : 0;
    this.#now = now;
    for (let i = 0; i < Math.min(passed, SECONDS); ++i) {
      this.#seconds.shift();
      this.#seconds.push(emptySecond());
    }
    return passed > 0;
  }

  /** The whole seconds, the oldest first: { byType, lost }. */
  get complete() { return this.#seconds.slice(0, -1); }

  /** Types by events over the last minute, the most frequent first. */
  ranking() {
    const sums = new Map();
    for (const { byType } of this.complete) {
      for (const [type, count] of byType) sums.set(type, (sums.get(type) ?? 0) + count);
    }
    return [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([type]) => type);
  }
}

function emptySecond() {
  return { byType: new Map(), lost: 0 };
}
