// The timeline and the plots: canvases that are drawn once and have a head that moves.

import {mixed, personColour, theme, variable} from './colours.js';

const PLOT_TALL = 96;

class Chart {
  constructor(box, player, times) {
    Object.assign(this, {box, player, times});
    this.canvas = box.querySelector('canvas');
    this.head = box.querySelector('.head');
    this.start = times[0];
    this.span = Math.max(times.at(-1) - times[0], 1e-6);
    this.listen();
    new ResizeObserver(() => this.redraw()).observe(box);
  }

  listen() {
    const scrub = (event) => {
      const {left, width} = this.box.getBoundingClientRect();
      const share = (event.clientX - left) / width;
      this.player.seek(this.player.rowAt(this.start + share * this.span));
    };
    this.box.addEventListener('pointerdown', (event) => {
      this.box.setPointerCapture(event.pointerId);
      this.player.setPlaying(false);
      scrub(event);
    });
    this.box.addEventListener('pointermove', (event) => {
      if (this.box.hasPointerCapture(event.pointerId)) scrub(event);
    });
  }

  x(row) {
    return ((this.times[row] - this.start) / this.span) * this.wide;
  }

  // On the grid of the screen, so that neighbours have no seam.
  pixel(x) {
    return Math.round(x * devicePixelRatio) / devicePixelRatio;
  }

  // Sizes the canvas and returns what to draw with, in CSS pixels.
  blank(tall) {
    this.wide = this.box.clientWidth;
    const ratio = devicePixelRatio;
    this.canvas.width = Math.max(1, this.wide * ratio);
    this.canvas.height = tall * ratio;
    this.canvas.style.height = `${tall}px`;
    const pen = this.canvas.getContext('2d');
    pen.scale(ratio, ratio);
    this.shadeOutside(pen, tall);
    return pen;
  }

  shadeOutside(pen, tall) {
    const [from, to] = this.player.range;
    if (from === 0 && to === this.player.last) return;
    pen.fillStyle = mixed(variable('card'), variable('accent'), 0.16);
    pen.fillRect(this.x(from), 0, this.x(to) - this.x(from), tall);
  }

  moveHead(row) {
    this.head.style.transform = `translateX(${this.x(row).toFixed(1)}px)`;
  }
}

// A lane for each person: how well it is seen, what is filled in, where it is missing.
export class Lanes extends Chart {
  constructor(player, data) {
    super(document.getElementById('lanes'), player, data.arrays.time_s);
    this.data = data;
    this.box.setAttribute('aria-valuemin', '0');
    this.box.setAttribute('aria-valuemax', String(player.last));
    this.redraw();
  }

  redraw() {
    const {figures} = this.data;
    const people = Math.max(1, figures.people);
    const lane = Math.max(4, Math.min(18, Math.floor(150 / people)));
    const pen = this.blank(people * (lane + 3) + 18);
    this.drawTicks(pen, people * (lane + 3));
    for (let person = 0; person < figures.people; person++) {
      this.drawLane(pen, person, person * (lane + 3), lane);
    }
    this.moveHead(this.player.wanted);
  }

  drawLane(pen, person, top, tall) {
    pen.fillStyle = variable('gap');
    pen.globalAlpha = 0.8;
    pen.fillRect(0, top, this.wide, tall);
    pen.fillStyle = personColour(person);
    const {figures} = this.data;
    for (let row = 0; row < figures.rows; row++) {
      if (!figures.isThere(person, row)) continue;
      const left = this.pixel(this.x(row));
      const right = row + 1 < figures.rows ? this.pixel(this.x(row + 1)) : this.wide;
      const filled = figures.state(person, row) === 2;
      const seen = figures.confidence(person, row);
      pen.globalAlpha = filled ? 1 : 0.25 + 0.75 * (Number.isNaN(seen) ? 0 : seen) ** 2;
      if (filled) pen.fillRect(left, top + tall * 0.4, Math.max(1, right - left), Math.max(1, tall * 0.2));
      else pen.fillRect(left, top, Math.max(right - left, 1 / devicePixelRatio), tall);
    }
    pen.globalAlpha = 1;
  }

  drawTicks(pen, top) {
    const step = niceStep((this.span / Math.max(this.wide, 1)) * 70);
    pen.fillStyle = variable('quiet');
    pen.font = '11px system-ui, sans-serif';
    for (let tick = Math.ceil(this.start / step); tick * step <= this.start + this.span; tick++) {
      const label = `${+(tick * step).toFixed(3)} s`;
      const x = ((tick * step - this.start) / this.span) * this.wide;
      pen.fillRect(x, top, 1, 4);
      pen.fillText(label, Math.min(x + 3, this.wide - pen.measureText(label).width), top + 14);
    }
  }
}

// One quantity over time, for one person or for all.
export class Plot extends Chart {
  constructor(player, data, choice, removed) {
    const section = document.createElement('section');
    section.className = 'plot';
    section.setAttribute('aria-label', choice.label);
    const title = document.createElement('h3');
    title.append(choice.label);
    const output = document.createElement('output');
    const close = document.createElement('button');
    close.type = 'button';
    close.textContent = '×';
    close.setAttribute('aria-label', `Remove the plot of ${choice.label}`);
    close.addEventListener('click', () => { section.remove(); removed(this); });
    title.append(output, close);
    const box = document.createElement('div');
    box.className = 'chart';
    box.append(document.createElement('canvas'));
    const head = document.createElement('i');
    head.className = 'head';
    box.append(head);
    section.append(title, box);
    document.getElementById('plots').append(section);
    super(box, player, data.arrays.time_s);
    Object.assign(this, {data, choice, output, visible: () => true});
    this.limits = limitsOf(choice.series, data.figures.rows);
    this.redraw();
  }

  y(value) {
    const [low, high] = this.limits;
    return PLOT_TALL - 8 - ((value - low) / (high - low)) * (PLOT_TALL - 16);
  }

  redraw() {
    if (!this.choice) return;
    const pen = this.blank(PLOT_TALL);
    this.drawScale(pen);
    for (const series of this.choice.series) {
      if (!this.visible(series.person)) continue;
      this.drawBand(pen, series);
      this.drawLine(pen, series);
    }
    this.moveHead(this.player.wanted);
  }

  drawScale(pen) {
    const [low, high] = this.limits;
    const step = niceStep((high - low) / 3);
    pen.font = '11px system-ui, sans-serif';
    for (let tick = Math.ceil(low / step); tick * step <= high; tick++) {
      const y = this.y(tick * step);
      pen.fillStyle = variable('line');
      pen.fillRect(0, y, this.wide, 1);
      pen.fillStyle = variable('quiet');
      pen.fillText(`${+(tick * step).toFixed(3)}${this.choice.unit}`, 2, y - 2);
    }
  }

  drawBand(pen, {person, value, sigma}) {
    const known = (row) => row < this.times.length && !Number.isNaN(value(row)) && !Number.isNaN(sigma(row));
    pen.fillStyle = personColour(person);
    pen.globalAlpha = theme() === 'dark' ? 0.2 : 0.17;
    for (let row = 0; row < this.times.length; row++) {
      const from = row;
      while (known(row)) row++;
      if (row === from) continue;
      pen.beginPath();
      for (let n = from; n < row; n++) pen.lineTo(this.x(n), this.y(value(n) + sigma(n)));
      for (let n = row - 1; n >= from; n--) pen.lineTo(this.x(n), this.y(value(n) - sigma(n)));
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  drawLine(pen, {person, value}) {
    pen.strokeStyle = personColour(person);
    pen.lineWidth = 1.6;
    pen.lineJoin = 'round';
    pen.beginPath();
    let drawing = false;
    for (let row = 0; row < this.times.length; row++) {
      const number = value(row);
      if (Number.isNaN(number)) drawing = false;
      else if (drawing) pen.lineTo(this.x(row), this.y(number));
      else {
        pen.moveTo(this.x(row), this.y(number));
        drawing = true;
      }
    }
    pen.stroke();
  }

  moveHead(row) {
    super.moveHead(row);
    const shown = this.choice.series.filter(({person}) => this.visible(person));
    this.output.textContent = shown.map((series) => this.valueText(series, row)).join('   ');
  }

  valueText({person, value, sigma}, row) {
    const {digits, unit} = this.choice;
    const [number, spread] = [value(row), sigma(row)];
    const name = this.data.figures.people > 1 ? `${this.data.meta.people[person]}: ` : '';
    if (Number.isNaN(number)) return `${name}–`;
    const around = Number.isNaN(spread) ? '' : ` ± ${spread.toFixed(digits)}`;
    return `${name}${number.toFixed(digits)}${around}${unit}`;
  }
}

function limitsOf(series, rows) {
  let [low, high] = [Infinity, -Infinity];
  for (const {value, sigma} of series) {
    for (let row = 0; row < rows; row++) {
      const [number, spread] = [value(row), sigma(row) || 0];
      if (number - spread < low) low = number - spread;
      if (number + spread > high) high = number + spread;
    }
  }
  if (!(low <= high)) return [0, 1];
  const margin = Math.max((high - low) * 0.06, 1e-3);
  return [low - margin, high + margin];
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
}
