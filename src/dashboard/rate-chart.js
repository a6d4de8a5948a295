// The chart of rates: a bar a second, stacked by type, losses in red on top.

import { byId, element, formatCount, setText } from './dom.js';
import { OTHER, SECONDS } from './rates.js';
import { hueOf } from './type-hue.js';

const MOST_SERIES = 7;
const BARS = SECONDS - 1;
const AXIS = 40;      // pixels for the numbers
const FOOT = 18;      // and for the times

export class RateChart {
  #canvas = byId('chart');
  #legend = byId('legend');
  #rates;
  #entries = new Map();
  #onPick;

  /** @param onPick gets a type that was chosen in the legend. */
  constructor(rates, onPick) {
    this.#rates = rates;
    this.#onPick = onPick;
    new ResizeObserver(() => this.draw()).observe(this.#canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  draw() {
    const seconds = this.#rates.complete;
    const shown = this.#rates.ranking().filter((type) => type !== OTHER).slice(0, MOST_SERIES);
    const stacks = seconds.map((second) => stackOf(second, shown));
    const totals = stacks.map((stack) => stack.reduce((sum, n) => sum + n, 0));
    this.#drawBars(shown, stacks, scaleFor(Math.max(...totals)));
    this.#describe(shown, seconds.at(-1), totals.at(-1) - seconds.at(-1).lost, Math.max(...totals));
  }

  #drawBars(shown, stacks, scale) {
    const { width, height } = this.#canvas.getBoundingClientRect();
    if (!width) return;
    const density = devicePixelRatio;
    this.#canvas.width = Math.round(width * density);
    this.#canvas.height = Math.round(height * density);
    const context = this.#canvas.getContext('2d');
    context.scale(density, density);
    const style = getComputedStyle(this.#canvas);
    const plot = { left: AXIS, top: 8, width: width - AXIS, height: height - FOOT - 8 };
    drawAxes(context, style, plot, scale);

    const colours = [...shown.map((type) => colourOf(style, type)),
                     style.getPropertyValue('--other'), style.getPropertyValue('--alarm')];
    const pitch = plot.width / BARS;
    stacks.forEach((stack, i) => {
      let base = plot.top + plot.height;
      stack.forEach((count, series) => {
        const tall = count / scale.top * plot.height;
        context.fillStyle = colours[series];
        context.fillRect(plot.left + i * pitch, base - tall, Math.max(1, pitch - 1.5), tall);
        base -= tall;
      });
    });
  }

  #describe(shown, last, total, peak) {
    setText(byId('rate'), formatCount(total));
    this.#canvas.setAttribute('aria-label', `Events per second over the last minute: now ${total}, ` +
      `most ${peak}${shown.length ? `; most frequent ${shown[0]}` : ''}`);
    for (const [type, entry] of this.#entries) {
      if (!shown.includes(type)) {
        entry.remove();
        this.#entries.delete(type);
      }
    }
    shown.forEach((type, place) => {
      const entry = this.#entryOf(type);
      setText(entry.querySelector('.rate'), formatCount(last.byType.get(type) ?? 0));
      if (this.#legend.children[place] !== entry) {
        this.#legend.insertBefore(entry, this.#legend.children[place] ?? null);
      }
    });
  }

  #entryOf(type) {
    let entry = this.#entries.get(type);
    if (!entry) {
      entry = element('li');
      const button = element('button', 'series');
      button.title = `Show only ${type}`;
      button.style.setProperty('--hue', hueOf(type));
      button.append(element('span', 'name', type), element('span', 'rate'));
      button.addEventListener('click', () => this.#onPick(type));
      entry.append(button);
      this.#entries.set(type, entry);
    }
    return entry;
  }
}

// Counts in the order of the series; then the types without one, then the lost.
function stackOf({ byType, lost }, shown) {
  let others = 0;
  for (const [type, count] of byType) if (!shown.includes(type)) others += count;
  return [...shown.map((type) => byType.get(type) ?? 0), others, lost];
}

/** Round numbers for an axis that reaches `peak`: { top, step }. */
function scaleFor(peak) {
  const rough = Math.max(peak, 4) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  return { step, top: step * Math.ceil(Math.max(peak, 4) / step) };
}

function drawAxes(context, style, plot, { step, top }) {
  context.font = `11px ${style.fontFamily}`;
  context.fillStyle = style.getPropertyValue('--quiet');
  context.strokeStyle = style.getPropertyValue('--line');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let value = 0; value <= top; value += step) {
    const y = Math.round(plot.top + plot.height * (1 - value / top)) - 0.5;
    context.fillText(formatCount(value), plot.left - 8, y);
    context.beginPath();
    context.moveTo(plot.left, y);
    context.lineTo(plot.left + plot.width, y);
    context.stroke();
  }
  context.textBaseline = 'alphabetic';
  const foot = plot.top + plot.height + FOOT - 4;
  for (const [ago, align] of [[60, 'left'], [45, 'center'], [30, 'center'], [15, 'center'], [0, 'right']]) {
    context.textAlign = align;
    context.fillText(ago ? `−${ago} s` : 'now', plot.left + plot.width * (1 - ago / 60), foot);
  }
}

function colourOf(style, type) {
  return `oklch(${style.getPropertyValue('--vivid')} ${hueOf(type)})`;
}
