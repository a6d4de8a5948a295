// The newest records of the stream, bounded in number and size.

const MOST = 2_000;
const MOST_CHARACTERS = 8 << 20;

export class EventLog {
  #records = new Array(MOST);   // a ring
  #first = 0;                   // number of the oldest record kept
  #next = 0;                    // number of the next record
  #characters = 0;

  get size() { return this.#next - this.#first; }

  /** How many records ever came: the number of the next one. */
  get total() { return this.#next; }

  /** A record is { kind: 'event' | 'gap' | 'note', text, … }. */
  add(record) {
    if (this.size === MOST) this.#forgetOldest();
    this.#records[this.#next++ % MOST] = record;
    this.#characters += record.text.length;
    while (this.#characters > MOST_CHARACTERS && this.size > 1) this.#forgetOldest();
  }

  clear() {
    while (this.size) this.#forgetOldest();
  }

  /** A view that later records do not change. */
  snapshot() {
    const kept = [];
    for (let n = this.#first; n < this.#next; ++n) kept.push(this.#records[n % MOST]);
    const first = this.#first;
    return { size: kept.length, total: this.#next, at: (number) => kept[number - first] };
  }

  /** The record of that number; undefined where it is not kept. */
  at(number) {
    return number >= this.#first && number < this.#next ? this.#records[number % MOST] : undefined;
  }

  #forgetOldest() {
    const place = this.#first++ % MOST;
    this.#characters -= this.#records[place].text.length;
    this.#records[place] = undefined;
  }
}
