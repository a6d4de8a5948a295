// The chart of rates: a bar a second, stacked by type, losses in red on top.

import './chart.min.js';   // Chart.js, which sets a global

import { byId, element, formatCount, setText } from './dom.js';
import { OTHER, SECONDS } from './rates.js';
import { hueOf } from './type-hue.js';

const { Chart } = globalThis;
const MOST_SERIES = 7;
const BARS = SECONDS - 1;
const LABELS = Array.from({ length: BARS }, (_, i) => BARS - i);   // seconds ago

export class RateChart {
  #canvas = byId('chart');
  #chart = new Chart(this.#canvas, settings());
  #legend = byId('legend');
  #rates;
  #entries = new Map();
  #others = remark('others', '--other');
  #lost = remark('lost', '--alarm');
  #onPick;

  /** @param onPick gets a type that was chosen in the legend. */
  constructor(rates, onPick) {
    this.#rates = rates;
    this.#onPick = onPick;
    this.#legend.append(this.#others, this.#lost);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  draw() {
    const seconds = this.#rates.complete;
    const shown = this.#rates.ranking().filter((type) => type !== OTHER).slice(0, MOST_SERIES);
    const stacks = seconds.map((second) => stackOf(second, shown));
    const totals = stacks.map((stack) => stack.reduce((sum, n) => sum + n, 0));
    this.#drawBars(shown, stacks);
    showRemark(this.#others, stacks.map((stack) => stack.at(-2)));
    showRemark(this.#lost, stacks.map((stack) => stack.at(-1)));
    this.#describe(shown, seconds.at(-1), totals.at(-1) - seconds.at(-1).lost, Math.max(...totals));
  }

  #drawBars(shown, stacks) {
    const style = getComputedStyle(this.#canvas);
    const names = [...shown, 'others', 'lost'];
    const colours = [...shown.map((type) => colourOf(style, type)),
                     style.getPropertyValue('--other'), style.getPropertyValue('--alarm')];
    this.#chart.data.datasets = names.map((label, series) => ({
      label,
      data: stacks.map((stack) => stack[series]),
      backgroundColor: colours[series],
      hoverBackgroundColor: colours[series],   // the library cannot shade an oklch() colour
    }));
    const { x, y } = this.#chart.options.scales;
    x.ticks.color = y.ticks.color = style.getPropertyValue('--quiet');
    y.grid.color = style.getPropertyValue('--line');
    this.#chart.update();
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
        this.#legend.insertBefore(entry, this.#legend.children[place]);
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

// An entry of the legend that stands for no type, so that there is nothing to pick.
function remark(name, colour) {
  const entry = element('li', 'series');
  entry.hidden = true;
  entry.style.setProperty('--swatch', `var(${colour})`);
  entry.append(element('span', 'name', name), element('span', 'rate'));
  return entry;
}

function showRemark(entry, counts) {
  entry.hidden = counts.every((count) => count === 0);
  setText(entry.lastChild, formatCount(counts.at(-1)));
}

// Counts in the order of the series; then the types without one, then the lost.
function stackOf({ byType, lost }, shown) {
  let others = 0;
  for (const [type, count] of byType) if (!shown.includes(type)) others += count;
  return [...shown.map((type) => byType.get(type) ?? 0), others, lost];
}

function settings() {
  const ticks = { font: { size: 11 }, maxRotation: 0 };
  return {
    type: 'bar',
    data: { labels: LABELS, datasets: [] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      barPercentage: 1,
      categoryPercentage: 0.85,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          stacked: true,
          grid: { display: false, drawBorder: false },
          ticks: { ...ticks, autoSkip: false, callback: (i) => labelOf(LABELS[i]) },
        },
        y: {
          stacked: true,
          suggestedMax: 4,
          grid: { drawBorder: false },
          ticks: { ...ticks, precision: 0, maxTicksLimit: 5, callback: formatCount },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          filter: ({ raw }) => raw > 0,
          callbacks: { title: ([item]) => (item ? ago(item.label) : '') },
        },
      },
    },
  };
}

const ago = (seconds) => `${seconds} s ago`;

function labelOf(seconds) {
  if (seconds === 1) return 'now';
  return seconds % 15 ? null : ago(seconds);
}

function colourOf(style, type) {
  return `oklch(${style.getPropertyValue('--vivid')} ${hueOf(type)})`;
}
