// What would change how the text around it reads is made visible, as the command line does it:
// controls, separators, and the controls of bidirectional text.

const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const SHORT = new Map([['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t']]);

/** Text to be shown: as `\n`, `\x1b` or `\u202e`. */
export const printable = (text) => text.replace(HARMFUL, (c) =>
  SHORT.get(c) ?? (c < '\x80' ? `\\x${hex(c, 2)}` : `\\u${hex(c, 4)}`));

/** JSON to be shown, which means the same as before. */
export const printableJson = (json) => json.replace(HARMFUL, (c) => `\\u${hex(c, 4)}`);

const hex = (c, digits) => c.charCodeAt(0).toString(16).padStart(digits, '0');
