// The browser's end of a thump server: live events over a WebSocket that mends itself, and
// publishing over HTTP. No dependencies; also for Node.
//
// A subscription asks inside the WebSocket rather than in its URL, since a page is not told why a
// handshake was refused:
//
//     server: {"op":"welcome","epoch":…}
//     client: {"op":"subscribe","types":[…],"meta":{…},"since":"EPOCH:SEQ","ref":1}
//     server: {"op":"subscribed","ref":1,"seq":…}  or  {"op":"error","ref":1,"status":…}
//     server: events, and gaps before the events that follow a loss

const CLOSED_FOR_GOOD = new Map([
  [1000, 'the server ended the stream'],
  [1008, 'the server\'s policy ended the connection'],
  [4010, 'an operator closed the connection'],
]);
const REASONS = new Map([
  [1001, 'the server is going away'],
  [1006, 'the connection was lost'],
  [1012, 'the server is restarting'],
  [1013, 'the server is overloaded'],
  [4008, 'events were not taken fast enough'],
  [4009, 'pings were not answered'],
]);

// The options that make a `subscribe`, and what the server calls them.
const FILTER = { types: 'types', where: 'meta', since: 'since', until: 'until', queue: 'queue',
                 overflow: 'overflow', key: 'key', maxRate: 'max_rate', name: 'name' };
const OWN = ['onEvent', 'onGap', 'onState', 'backoff', 'heartbeat', 'signal', 'WebSocket', 'random'];

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What a server refuses, in its own words. */
export class ThumpError extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title ?? `refused with status ${problem.status}`);
    this.name = 'ThumpError';
    this.status = problem.status;
    this.pointer = problem.pointer;
    this.index = problem.index;
  }
}

/** Publishes an event, an array of events, or the JSON text of either. */
export async function publish(url, events, options = {}) {
  checkNames(options, ['fetch', 'signal']);
  const { fetch = globalThis.fetch, signal } = options;
  const response = await fetch(endpoint(url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof events === 'string' ? events : JSON.stringify(events),
    signal,
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ThumpError({ status: response.status, ...answer });
  return answer;
}

/** Subscribes, and stays subscribed until closed. */
export function subscribe(url, options = {}) {
  return new Subscription(url, options);
}

class Subscription {
  #url;
  #options;
  #signal;
  #request = {};           // what is asked: the options that the server knows
  #accepted = null;        // the request that the server last took
  #socket = null;
  #timer = null;           // the next attempt, or the next look whether the server still speaks
  #state = { name: 'closed' };
  #epoch = null;
  #cursor = null;          // { epoch, seq } of the newest record seen
  #sameEpoch = false;      // as the cursor's, when the connection was made
  #conflates = false;      // the policy in effect is `latest`
  #ref = 0;                // of the newest `subscribe`
  #asked = new Map();      // by ref, each `subscribe` that is unanswered: { why, request }
  #change = null;          // the promise of update()
  #attempt = 0;
  #liveSince = null;
  #heardAt = 0;
  #pinged = false;
  #asleep = false;         // closed with the page, to come back with it

  constructor(url, options) {
    checkNames(options, [...Object.keys(FILTER), ...OWN]);
    const { backoff, heartbeat, signal, ...rest } = options;
    this.#url = endpoint(url);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    this.#url.search = '?subscribe=false';
    this.#options = {
      WebSocket: globalThis.WebSocket,
      random: Math.random,
      ...rest,
      backoff: { first: 250, most: 10_000, ...backoff },
      heartbeat: { after: 30_000, within: 10_000, ...heartbeat },
    };
    if (!this.#options.WebSocket) {
      throw new TypeError('there is no WebSocket here: pass one as options.WebSocket');
    }
    this.#request = requestOf(options);
    this.#signal = signal;
    signal?.addEventListener('abort', () => this.close(), { once: true });
    if (signal?.aborted) this.#enter({ name: 'closed', reason: 'closed here' });
    else this.#connect();
  }

  get state() { return this.#state; }
  get cursor() { return this.#cursor && `${this.#cursor.epoch}:${this.#cursor.seq}`; }

  /** Asks for other events, from now on or from `changes.since`. */
  async update(changes) {
    checkNames(changes, Object.keys(FILTER));
    if (this.#state.name === 'closed' && !this.#asleep) {
      throw new DOMException('the subscription is closed', 'InvalidStateError');
    }
    this.#change?.reject(new DOMException('another update followed', 'AbortError'));
    const { since: _, ...kept } = this.#request;
    const asked = requestOf(changes);
    this.#request = { ...kept, ...asked };
    return new Promise((resolve, reject) => {
      this.#change = { resolve, reject, begins: asked.since !== undefined };
      if (this.#epoch !== null) this.#ask('change');
    });
  }

  /** Connects at once, where an attempt is being waited for or the server ended the connection. */
  retry() {
    if (this.#state.name !== 'waiting' && this.#state.name !== 'closed') return;
    if (this.#signal?.aborted) return;
    this.#attempt = 0;
    this.#connect();
  }

  close() {
    this.#drop()?.close(1000);
    this.#end();
    if (this.#state.name !== 'closed') this.#enter({ name: 'closed', reason: 'closed here' });
  }

  // ------------------------------------------------------------------ the connection

  #connect() {
    this.#drop();
    this.#asleep = false;
    globalThis.addEventListener?.('pagehide', this.#leave);
    globalThis.addEventListener?.('pageshow', this.#comeBack);
    this.#enter({ name: 'connecting', attempt: this.#attempt });
    const socket = new this.#options.WebSocket(this.#url.href);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = ({ code }) => this.#onClose(code);
    // A close follows and says more, but not everywhere where there was no connection at all.
    socket.onerror = () => { if (this.#epoch === null) this.#onClose(1006); };
    this.#heardAt = Date.now();
    this.#pinged = false;
    this.#watch(this.#options.heartbeat.after);
  }

  // Lets go of the socket: nothing that it still says is heard.
  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#epoch = null;
    this.#asked.clear();
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.onerror = () => {};   // without a handler some throw
    }
    return socket;
  }

  // Nobody will answer an update any more: what was in force stays so, for a retry().
  #end() {
    this.#asleep = false;
    globalThis.removeEventListener?.('pagehide', this.#leave);
    globalThis.removeEventListener?.('pageshow', this.#comeBack);
    const change = this.#change;
    this.#change = null;
    if (!change) return;
    this.#request = this.#accepted ?? this.#request;
    change.reject(new DOMException('the subscription was closed', 'AbortError'));
  }

  #onClose(code) {
    this.#drop();
    const final = CLOSED_FOR_GOOD.get(code);
    if (final) {
      this.#end();
      return this.#enter({ name: 'closed', code, reason: final });
    }
    this.#retryLater(REASONS.get(code) ?? `the connection ended with code ${code}`, code);
  }

  // The delay starts small again only behind a connection that had held for a while: a server that
  // takes connections and ends them at once is not to be hammered.
  #retryLater(reason, code) {
    const { first, most } = this.#options.backoff;
    if (this.#liveSince !== null && Date.now() - this.#liveSince >= most) this.#attempt = 0;
    this.#liveSince = null;
    const longest = Math.min(most, first * 2 ** this.#attempt++);
    const delay = longest * (0.5 + this.#options.random() / 2);
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#enter({ name: 'waiting', attempt: this.#attempt, delay, reason, code });
  }

  // A browser does not say that a peer has vanished; only asking tells. An attempt to connect that
  // gets nowhere is given up likewise.
  #watch(delay) {
    this.#timer = setTimeout(() => {
      const { after, within } = this.#options.heartbeat;
      const silence = Date.now() - this.#heardAt;
      if (silence < after) return this.#watch(after - silence);
      if (this.#pinged) {
        this.#drop().close();
        return this.#retryLater('the server has fallen silent');
      }
      this.#pinged = true;
      this.#send({ op: 'ping' });
      this.#watch(within);
    }, delay);
  }

  // A page that is left may be kept as it stands, to be shown again. Its socket would stay open with
  // nobody to read it, and the server would count its losses.
  #leave = () => {
    if (this.#state.name === 'closed') return;
    this.#drop()?.close(1000);
    this.#asleep = true;
    this.#enter({ name: 'closed', reason: 'the page was left' });
  };

  #comeBack = () => { if (this.#asleep) this.retry(); };

  #send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  #enter(state) {
    this.#state = state;
    this.#tell('onState', state);
  }

  // What a handler throws is its own affair: it is reported as if nothing here had called it.
  #tell(handler, ...what) {
    try {
      this.#options[handler]?.(...what);
    } catch (error) {
      report(error);
    }
  }

  // ------------------------------------------------------------------ what is said

  #onMessage(text) {
    this.#heardAt = Date.now();
    this.#pinged = false;
    const record = JSON.parse(text);
    switch (record.op) {
      case undefined: return this.#onEvent(record, text);
      case 'gap': return this.#onGap(record);
      case 'welcome': return this.#onWelcome(record);
      case 'subscribed': return this.#onSubscribed(record);
      case 'error': return this.#onError(record);
    }
  }

  #onEvent(event, text) {
    this.#cursor = { epoch: this.#epoch, seq: event.seq };
    this.#tell('onEvent', event, text);
  }

  // Under `latest` a gap's range may hold events that wait behind it, so only these move the cursor:
  // if none comes, the loss is told a second time, where it would else hide others.
  #onGap(gap) {
    if (!this.#conflates && gap.reason !== 'conflated') {
      const seen = this.#cursor?.epoch === this.#epoch ? this.#cursor.seq : 0;
      this.#cursor = { epoch: this.#epoch, seq: Math.max(seen, gap.to) };
    }
    this.#tell('onGap', gap);
  }

  #onWelcome({ epoch }) {
    this.#epoch = epoch;
    this.#sameEpoch = this.#cursor?.epoch === epoch;
    this.#askAfresh();
  }

  // A change that says where to begin outranks the place reached before it.
  #askAfresh() {
    this.#ask(this.#change?.begins ? 'change' : this.#cursor ? 'resume' : 'start');
  }

  #ask(why) {
    this.#asked.set(++this.#ref, { why, request: this.#request });
    const message = { op: 'subscribe', ...this.#request, ref: this.#ref };
    if (why === 'resume') message.since = this.cursor;
    if (why === 'anew') delete message.since;
    this.#send(message);
  }

  // One that another update has overtaken is in force until that one is, and if that is refused.
  #onSubscribed(record) {
    const { why, request } = this.#answered(record) ?? {};
    if (!why) return;
    this.#accepted = request;
    this.#conflates = (record.subscription?.overflow ?? request.overflow) === 'latest';
    const lost = why === 'anew' ? this.#unresumed(record.start ?? record.seq) : null;
    if (why !== 'resume') this.#beginAfter(record, why === 'anew' ? undefined : request.since);
    this.#liveSince ??= Date.now();
    if (record.ref === this.#ref) {
      this.#request = this.#accepted;
      this.#change?.resolve();
      this.#change = null;
    }
    this.#enter({ name: 'live', epoch: this.#epoch, seq: record.seq, subscriber: record.subscriber,
                  subscription: record.subscription, resumed: why === 'resume' && this.#sameEpoch });
    if (lost) this.#tell('onGap', lost);
  }

  // What was asked for, of a record that answers it.
  #answered({ ref }) {
    const asked = this.#asked.get(ref);
    this.#asked.delete(ref);
    return asked;
  }

  // Holds fast where the subscription began, so that after a connection that brought nothing the next
  // one begins there too. Where the server does not tell, all that is known here is what `since` says.
  #beginAfter({ start, seq }, since) {
    if (start === undefined && (since === undefined || since === 'last:0')) start = seq;
    this.#cursor = start === undefined ? null : { epoch: this.#epoch, seq: start };
    const back = /^(\d+)([smhd])$/.exec(since);
    if (this.#cursor || !back) return;
    const moment = new Date(Math.max(0, Date.now() - back[1] * SECONDS[back[2]] * 1000));
    this.#accepted = { ...this.#accepted, since: moment.toISOString() };
  }

  // What may have been missed where the server could not resume; null: nothing. What was published
  // before another epoch began, nobody knows.
  #unresumed(seq) {
    const known = this.#cursor.epoch === this.#epoch;
    const from = known ? this.#cursor.seq + 1 : Math.min(1, seq);
    if (known && from > seq) return null;
    return { op: 'gap', from, to: seq, dropped: known ? seq - from + 1 : 0, bytes: 0,
             reason: 'cursor_expired', recoverable: false };
  }

  #onError(record) {
    const { why } = this.#answered(record) ?? {};
    if (!why || record.ref !== this.#ref) return;
    if (record.status >= 500) {
      this.#drop().close();
      return this.#retryLater(record.detail ?? 'the server refused for now');
    }
    // A server without history cannot resume. What follows is live, and the loss is told.
    if (why === 'resume' && record.pointer === '/since') return this.#ask('anew');
    this.#onRefused(new ThumpError(record));
  }

  #onRefused(error) {
    const change = this.#change;
    this.#change = null;
    if (change && this.#accepted) {
      // What was in force stays so: at the server, or with the next `subscribe`.
      this.#request = this.#accepted;
      if (this.#state.name !== 'live') this.#askAfresh();
    } else {
      this.#enter({ name: 'refused', reason: error.message, error });
    }
    change?.reject(error);
  }
}

function endpoint(url) {
  const base = new URL(url, globalThis.location?.href);
  base.protocol = base.protocol.replace('ws', 'http');
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return new URL('v1/events', base);
}

function report(error) {
  if (globalThis.reportError) globalThis.reportError(error);
  else queueMicrotask(() => { throw error; });
}

function requestOf(options) {
  const asked = Object.entries(FILTER).map(([name, theirs]) => [theirs, options[name]])
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(asked.map(
    ([name, value]) => [name, name === 'types' ? [value].flat() : value]));
}

// A name that is misspelt would else ask for everything.
function checkNames(options, known) {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`there is no option '${unknown}'`);
}
