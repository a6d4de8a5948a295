// The colour of a type, the same in every tab: families of the catalog stand apart, outcomes look
// like what they are, and red is left to losses.

const FAMILIES = new Map(
  [['service', 255], ['task', 300], ['node', 195], ['secret', 335], ['volume', 225]]);
const OUTCOMES = new Map([['failed', 55], ['down', 90], ['completed', 150]]);
const SHIFTS = new Map([['updated', 18], ['deleted', -22], ['left', -25]]);
const RED_ENDS = 40;

/** The hue in degrees, for oklch(). */
export function hueOf(type) {
  const [family, ...rest] = type.split('.');
  const last = rest.at(-1);
  return OUTCOMES.get(last) ??
    (FAMILIES.get(family) ?? hueOfName(family)) + (SHIFTS.get(last) ?? 0);
}

function hueOfName(name) {
  let hash = 0;
  for (const c of name) hash = (hash * 31 + c.codePointAt(0)) >>> 0;
  return RED_ENDS + hash % (360 - RED_ENDS);
}
