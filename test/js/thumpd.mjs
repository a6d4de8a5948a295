// A thumpd of one's own for the length of a test. The program is named by the variable THUMPD.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const DEADLINE = 15_000;   // milliseconds; nothing that works takes this long

export async function startThumpd(listen = '127.0.0.1:0', ...flags) {
  const child = spawn(process.env.THUMPD ?? 'thumpd', ['--listen', listen, ...flags],
                      { stdio: ['ignore', 'ignore', 'pipe'] });
  const log = [];
  for await (const line of createInterface({ input: child.stderr })) {
    log.push(line);
    const address = /listening on http:\/\/([^ ]+)/.exec(line)?.[1];
    if (address) {
      child.stderr.resume();
      return { url: `http://${address}`, address, stop: (signal = 'SIGTERM') => stop(child, signal) };
    }
  }
  throw new Error(`thumpd did not start:\n${log.join('\n')}`);
}

async function stop(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** What a subscription brought, and a way to wait for more. */
export class Recorder {
  events = [];
  gaps = [];
  states = [];
  #waiting = new Set();

  get options() {
    const push = (list) => (item) => {
      list.push(item);
      for (const check of this.#waiting) check();
    };
    return { onEvent: push(this.events), onGap: push(this.gaps), onState: push(this.states) };
  }

  until(condition, what = String(condition)) {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!condition(this)) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`this did not come about: ${what}; ${JSON.stringify(this.states.at(-1))}`));
      }, DEADLINE);
      this.#waiting.add(check);
      check();
    });
  }

  live(times = 1) {
    return this.until(() => this.states.filter(({ name }) => name === 'live').length >= times,
                      `live ${times} times`);
  }
}
