// The little that every part of the page asks of the document.

export const byId = (id) => document.getElementById(id);

/** Text becomes text, never HTML. */
export function element(name, className = '', text = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

/** Sets text where it differs: equal text would still cost a layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 12,345 and, from a million, 1.2M. */
export const formatCount = (count) => (count < 1e6 ? whole : short).format(count);

let announced = 0;

/** Tells screen readers, the last of many things at once. */
export function announce(text) {
  clearTimeout(announced);
  announced = setTimeout(() => setText(byId('announcer'), text), 400);
}
