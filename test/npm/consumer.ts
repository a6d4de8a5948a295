// A stranger's program: compiled strictly against the packed package's types, then run.
import { publish, subscribe, ThumpError } from 'thump-client';
import type { Event, Gap, NewEvent, State } from 'thump-client';
import WebSocket from 'ws';

declare const process: { argv: string[]; exit(code: number): never };
const url: string = process.argv[2] ?? '';

const stream = subscribe(url, {
  types: ['task.*'],
  where: { node: ['n1', 'n2'] },
  overflow: 'catch_up',
  WebSocket,
  onEvent: (event: Event, text: string) => {
    console.log(event.seq, event.metadata['node'], text.length > 0);
    stream.close();
  },
  onGap: (gap: Gap) => console.log('gap', gap.dropped, gap.reason),
  onState: async (state: State) => {
    if (state.name === 'closed') return console.log('closed');
    if (state.name !== 'live') return;
    await publish(url, { type: 'task.failed', metadata: { node: 'n1' }, data: { list: [1, null] } });
  },
});

// What a program has already: an interface, and arrays that are not to be changed.
interface Attempt { readonly count: number; reason?: string }
const attempt: Attempt = { count: 3 };
const failures: readonly NewEvent[] = [{ type: 'task.failed', data: attempt }];
const patterns = ['task.*', 'node.down'] as const;
() => publish(url, failures);
() => subscribe(url, { types: patterns, where: { node: patterns } });
// What came can be published again.
(event: Event) => publish(url, event);

// @ts-expect-error there is no such policy
() => subscribe(url, { overflow: 'wait' });
// @ts-expect-error an event has a type
() => publish(url, { message: 'no type' });

publish(url, { type: 'no good' }).catch((error: unknown) => {
  if (!(error instanceof ThumpError)) process.exit(1);
  console.log('refused', error.status, error.pointer);
});
