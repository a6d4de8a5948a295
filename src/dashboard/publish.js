// The form that publishes an event.

import { byId, setText } from './dom.js';
import { pairOf } from './filter.js';
import { ThumpError, publish } from './thump.js';

const FIELDS = ['type', 'message', 'metadata', 'data'];

export class PublishForm {
  #server;

  constructor(server) {
    this.#server = server;
    byId('publish').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#publish();
    });
  }

  async #publish() {
    this.#answer('', 'busy');
    try {
      const { events: [{ seq }] } = await publish(this.#server, eventText());
      this.#answer(`Published as ${seq}`, 'done');
    } catch (error) {
      const lost = error instanceof ThumpError || error instanceof FieldError
        ? error.message : 'The server cannot be reached';
      this.#answer(lost, 'error', error.pointer);
    }
  }

  #answer(text, kind, pointer = '') {
    byId('publish-result').className = kind;
    setText(byId('publish-result'), text);
    for (const name of FIELDS) {
      const field = byId(`publish-${name}`);
      const faulty = pointer === field.name || pointer.startsWith(`${field.name}/`);
      field.setAttribute('aria-invalid', faulty);
      if (faulty) field.focus();
    }
  }
}

class FieldError extends Error {
  constructor(name, message) {
    super(message);
    this.pointer = `/${name}`;
  }
}

// The event's JSON. Data goes in as it was typed, so that its numbers keep their digits.
function eventText() {
  const event = { type: byId('publish-type').value.trim(), message: byId('publish-message').value,
                  metadata: metadata() };
  const data = byId('publish-data').value.trim();
  const text = JSON.stringify(event);
  if (!data) return text;
  try {
    JSON.parse(data);
  } catch (error) {
    throw new FieldError('data', `Data is not JSON: ${error.message}`);
  }
  return `${text.slice(0, -1)},"data":${data}}`;
}

function metadata() {
  const lines = byId('publish-metadata').value.split('\n').filter((line) => line.trim());
  const made = new Map();
  for (const line of lines) {
    const [key, value] = pairOf(line) ?? [];
    if (key === undefined) {
      throw new FieldError('metadata', `Metadata is key=value a line, not "${line}"`);
    }
    if (made.has(key)) throw new FieldError('metadata', `Metadata has "${key}" twice`);
    made.set(key, value);
  }
  return Object.fromEntries(made);
}
