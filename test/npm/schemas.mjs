// Documents with JSON schemas in them: what they say of data, and which of it was never seen.

import addFormats from 'ajv-formats';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** A schema of the document that takes no property that it does not list. */
function strict(node) {
  if (Array.isArray(node)) return node.map(strict);
  if (node === null || typeof node !== 'object') return node;
  const made = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, strict(value)]));
  if (node.type === 'object' && node.properties) made.additionalProperties = false;
  return made;
}

const escape = (part) => part.replaceAll('~', '~0').replaceAll('/', '~1');
export const pointer = (...parts) => parts.map((part) => `/${escape(String(part))}`).join('');

export class Document {
  #ajv;
  #seen = new Set();

  constructor(path, Ajv) {
    this.text = read(path);
    this.root = parse(this.text);
    this.#ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
    this.#ajv.addSchema(strict(this.root), 'document');
  }

  at(place) {
    return place.split('/').slice(1).reduce(
      (node, part) => node?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], this.root);
  }

  /** The place behind references. */
  resolve(place) {
    let node = this.at(place);
    while (node?.$ref) {
      place = node.$ref.slice(1);
      node = this.at(place);
    }
    return place;
  }

  /** Asserts that data is what the schema at the place says, and remembers which of it was seen. */
  check(place, data) {
    const validate = this.#ajv.getSchema(`document#${place}`);
    assert.ok(validate, `there is no schema at ${place}`);
    assert.ok(validate(data), `${place}: ${this.#ajv.errorsText(validate.errors)}: ${JSON.stringify(data)}`);
    this.#note(this.resolve(place), data);
  }

  fits(place, data) {
    return this.#ajv.getSchema(`document#${place}`)(data);
  }

  #note(place, data) {
    const schema = this.at(place);
    if (Array.isArray(data) && schema.items)
      for (const item of data) this.#note(this.resolve(place + '/items'), item);
    if (data === null || typeof data !== 'object' || !schema.properties) return;
    for (const [name, value] of Object.entries(data)) {
      const property = place + pointer('properties', name);
      this.#seen.add(property);
      this.#note(this.resolve(property), value);
    }
  }

  /** The properties below a schema that no data had. */
  unseen(place, visited = new Set()) {
    place = this.resolve(place);
    const schema = this.at(place);
    if (visited.has(place) || !schema) return [];
    visited.add(place);
    const missing = schema.items ? this.unseen(place + '/items', visited) : [];
    for (const name of Object.keys(schema.properties ?? {})) {
      const property = place + pointer('properties', name);
      if (!this.#seen.has(property)) missing.push(property);
      missing.push(...this.unseen(property, visited));
    }
    return missing;
  }
}
