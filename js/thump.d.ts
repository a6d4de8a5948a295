/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An event as a publisher gives it. */
export interface NewEvent {
  /** Dot-separated tokens, as in `task.failed`; 1 to 255 bytes. */
  type: string;
  /** Generated where it is missing. */
  id?: string;
  /** RFC 3339; the time of publishing where it is missing. */
  timestamp?: string;
  message?: string;
  metadata?: Record<string, string>;
  /** A URI reference. */
  source?: string;
  /** What `JSON.stringify` makes of it is sent. */
  data?: unknown;
}

/** An event as a subscriber gets it. */
export interface Event extends NewEvent {
  id: string;
  timestamp: string;
  message: string;
  metadata: Record<string, string>;
  data?: Json;
  /** 1, 2, 3 … in one order for all subscribers of an epoch. */
  seq: number;
}

export type GapReason =
  | 'queue_full' | 'history_overrun' | 'conflated' | 'expired' | 'cursor_expired'
  | 'subscription_ended';

/** Events that this subscriber lost. */
export interface Gap {
  op: 'gap';
  /** Sequence numbers of the first and the last lost event. */
  from: number;
  to: number;
  /**
   * Count of matching events lost. For `cursor_expired` that of all events in the range, since
   * nobody knows which of them matched; 0 where the server started anew and nothing is known.
   */
  dropped: number;
  bytes: number;
  reason: GapReason;
  /** The server's history still has them. */
  recoverable: boolean;
  /** For `cursor_expired`: the oldest event that history has; 0: none. */
  oldest?: number;
}

/** What to receive. Omitted options are the server's defaults. */
export interface Filter {
  /** Patterns: `*` stands for one token, a last `>` for the rest. Default: all types. */
  types?: string | readonly string[];
  /** Metadata: all keys must match; of several values of a key, one. */
  where?: Record<string, string | readonly string[]>;
  /** A sequence number, a cursor, an RFC 3339 time, `10m` back, `earliest` or `last:N`. */
  since?: string | number;
  until?: string | number;
  /** Events that may wait at the server for this subscriber. */
  queue?: number;
  overflow?: 'drop_newest' | 'drop_oldest' | 'latest' | 'catch_up' | 'disconnect';
  /** For `latest`: a metadata key, or `type`. */
  key?: string;
  /** For `latest`: events per second. */
  maxRate?: number;
  /** Shown in the server's list of subscribers. */
  name?: string;
}

export type State =
  /** A connection is being made; `attempt` counts failures in a row. */
  | { name: 'connecting'; attempt: number }
  /**
   * Events flow; those up to `seq` come from history. `resumed`: from where the last connection to
   * the same server ended.
   */
  | { name: 'live'; epoch: string; seq: number; subscriber: number; resumed: boolean;
      subscription: Record<string, Json> }
  /** The next attempt follows in `delay` milliseconds. */
  | { name: 'waiting'; attempt: number; delay: number; reason: string; code?: number }
  /** The server does not accept this filter. `update` may ask for another. */
  | { name: 'refused'; reason: string; error: ThumpError }
  /**
   * It ended: here, by a close code that asks not to come back (1000, 1008, 4010), or with its page,
   * until that is shown again.
   */
  | { name: 'closed'; reason: string; code?: number };

export interface Options extends Filter {
  /** @param text The event's JSON as it arrived, numbers in full. */
  onEvent?: (event: Event, text: string) => void;
  onGap?: (gap: Gap) => void;
  onState?: (state: State) => void;
  /** Milliseconds before the first reconnect (default 250) and at most (default 10,000). */
  backoff?: { first?: number; most?: number };
  /** Asks after this many ms of silence (30,000), gives up when no answer comes in time (10,000). */
  heartbeat?: { after?: number; within?: number };
  /** Closes the subscription, for good. */
  signal?: AbortSignal;
  /** For runtimes that have none of their own, as Node before 22. */
  WebSocket?: new (url: string) => unknown;
  /** From 0 to 1, for the jitter. Default: Math.random. */
  random?: () => number;
}

export interface Subscription {
  readonly state: State;
  /**
   * `EPOCH:SEQ` of the newest record seen, or of the beginning, to store and to give as `since`. Null
   * before the server has told where the subscription begins; older ones tell it only without `since`.
   */
  readonly cursor: string | null;
  /**
   * Replaces parts of the filter, on the same connection where there is one. It begins with
   * `changes.since`, else with what is published from now on; while the connection is down, with
   * what follows `cursor`. Rejects with a `ThumpError` where the server refuses; then the filter
   * before stays in force. An `InvalidStateError` where the subscription is closed.
   */
  update(changes: Filter): Promise<void>;
  /** Connects at once instead of waiting, or again after `closed`; not behind an aborted `signal`. */
  retry(): void;
  /** Harmless when called twice. */
  close(): void;
}

/** A refusal, `message` in the server's words. */
export declare class ThumpError extends Error {
  /** HTTP's status. */
  readonly status: number;
  /** JSON pointer to the field at fault. */
  readonly pointer?: string;
  /** Of the event at fault, in a batch. */
  readonly index?: number;
}

export interface Receipt {
  epoch: string;
  accepted: number;
  refused: number;
  /** `duplicate`: an event of this id was published before, and stands for this one. */
  events: ({ id: string; seq: number; duplicate?: true } | { error: string })[];
}

/**
 * Subscribes to a server, reconnects when the connection is lost, and resumes where it ended.
 * @param url The server's, as in `http://localhost:8080`; in a page it may be relative.
 * @throws TypeError for an option that there is not.
 */
export declare function subscribe(url: string | URL, options?: Options): Subscription;

/**
 * Publishes an event, a batch, or the JSON text of either (sent as it is).
 * @throws ThumpError where the server refuses; TypeError where it cannot be reached.
 */
export declare function publish(
  url: string | URL, events: NewEvent | readonly NewEvent[] | string,
  options?: { fetch?: typeof fetch; signal?: AbortSignal }): Promise<Receipt>;
