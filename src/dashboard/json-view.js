// Shows JSON text, indented and coloured. It works on the text itself: numbers keep their digits.

import { element } from './dom.js';
import { printableJson } from './printable.js';

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
const INDENT = '  ';

/** Nodes that show `text`, which must be valid JSON. */
export function jsonNodes(text) {
  const tokens = text.match(TOKEN) ?? [];
  const nodes = [];
  let depth = 0;
  const breakLine = () => nodes.push(`\n${INDENT.repeat(depth)}`);
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    if (token === '{' || token === '[') {
      ++depth;
      nodes.push(token);
      if (next !== '}' && next !== ']') breakLine();
    } else if (token === '}' || token === ']') {
      --depth;
      if (tokens[i - 1] !== '{' && tokens[i - 1] !== '[') breakLine();
      nodes.push(token);
    } else if (token === ',') {
      nodes.push(token);
      breakLine();
    } else if (token === ':') {
      nodes.push(': ');
    } else {
      nodes.push(element('span', classOf(token, next), printableJson(token)));
    }
  });
  return nodes;
}

function classOf(token, next) {
  if (token[0] !== '"') return 'json-literal';
  return next === ':' ? 'json-key' : 'json-string';
}
