// Puts the page together: data, film, 3D view, timeline, controls.

import {Lanes, Plot} from './charts.js';
import {personColour, setTheme, theme} from './colours.js';
import {readData} from './data.js';
import {Film} from './film.js';
import {Player} from './player.js';
import {Stage} from './stage.js';

const CAMERAS = [['film', 'Film'], ['front', 'Front'], ['side', 'Side'], ['top', 'Top'], ['angle', 'Angle']];
const KEYS = [
  ['Space', 'play, pause'], ['← →', 'one frame; with Shift ten'], ['Home, End', 'first, last frame'],
  ['− +', 'slower, faster'], ['[ ]', 'part to loop begins, ends here'], ['\\', 'the whole film'],
  ['L', 'loop'], ['M', 'sound'], ['1 … 5', 'camera: film, front, side, top, angle'], ['W A S D', 'turn the 3D view'],
  ['F', 'follow the next person'], ['T', 'trail of the chosen joint'], ['N', 'light or dark'],
];
const find = (id) => document.getElementById(id);

class Page {
  constructor(data) {
    Object.assign(this, data);
    this.player = new Player(find('video'), this.arrays.time_s, this.meta, () => this.changed());
    this.plots = [];
    find('name').textContent = this.meta.name || '3D poses';
    this.startTheme();
    this.startStage(data);
    this.lanes = new Lanes(this.player, data);
    this.fillPeople();
    this.fillJoints();
    this.fillCurves();
    this.fillNotes();
    this.fillKeys();
    this.listen();
    this.film = new Film(this.player, this.meta, say);
    this.changed();
  }

  startTheme() {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    setTheme(remembered() ?? (dark.matches ? 'dark' : 'light'));
    dark.addEventListener('change', () => {
      if (!remembered()) this.useTheme(dark.matches ? 'dark' : 'light');
    });
  }

  useTheme(name) {
    setTheme(name);
    this.stage?.recolour();
    this.lanes.redraw();
    for (const plot of this.plots) plot.redraw();
    for (const mark of find('people').querySelectorAll('i')) mark.style.background = personColour(+mark.dataset.person);
  }

  startStage(data) {
    find('nobody').hidden = this.figures.people > 0;
    try {
      this.stage = new Stage(data, (person, joint) => this.choose(person, joint));
    } catch (error) {
      find('stage').hidden = true;
      say(`The 3D view cannot be shown: ${error.message}`);
      return;
    }
    for (const [name, label] of CAMERAS) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.dataset.camera = name;
      button.addEventListener('click', () => this.view(name));
      find('cameras').append(button);
    }
    this.view('angle');
  }

  view(name) {
    this.stage?.view(name);
    for (const button of find('cameras').children) {
      button.setAttribute('aria-pressed', String(button.dataset.camera === name));
    }
  }

  personName(person) {
    return `Person ${this.meta.people[person]}`;
  }

  fillPeople() {
    const {people} = this.meta;
    find('people').hidden = people.length < 2;
    find('person').parentElement.hidden = people.length < 2;
    people.forEach((_, person) => {
      const label = document.createElement('label');
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.checked = true;
      box.addEventListener('change', () => this.setVisible(person, box.checked));
      const mark = document.createElement('i');
      mark.dataset.person = person;
      mark.style.background = personColour(person);
      label.append(box, mark, this.personName(person));
      find('people').append(label);
    });
    const names = people.map((_, person) => [person, this.personName(person)]);
    fill(find('person'), names);
    fill(find('follow'), [[-1, 'nobody'], ...names]);
  }

  setVisible(person, visible) {
    if (!this.stage) return;
    this.stage.visible[person] = visible;
    this.stage.update();
    for (const plot of this.plots) plot.redraw();
  }

  fillJoints() {
    const names = this.meta.joints.map((name, joint) => [joint, name.replaceAll('_', ' ')]);
    fill(find('joint'), names);
    fill(find('trail'), [[-1, 'none'], ...names]);
    const first = Math.max(0, this.meta.joints.indexOf('right_wrist'));
    if (this.stage) this.stage.selected.joint = first;
    find('joint').value = first;
  }

  fillCurves() {
    this.choices = [...this.angleChoices(), ...this.heightChoices()];
    const groups = {Angles: [], Heights: []};
    this.choices.forEach((choice, n) => groups[choice.group].push([n, choice.label]));
    for (const [label, options] of Object.entries(groups)) {
      const group = document.createElement('optgroup');
      group.label = label;
      fill(group, options);
      if (options.length) find('curve').append(group);
    }
    find('plotbar').hidden = !this.figures.people;
    if (!this.figures.people) return;
    const first = this.choices.findIndex(({label}) => label.includes('knee'));
    if (first >= 0) this.addPlot(this.choices[first]);
  }

  angleChoices() {
    const names = [...new Set(this.meta.curves.map(({name}) => name))];
    return names.map((name) => ({
      group: 'Angles', label: name, unit: '°', digits: 0,
      series: this.meta.curves.flatMap((curve, n) => (curve.name !== name ? [] : [{
        person: curve.person,
        value: (row) => this.figures.degrees(n, row),
        sigma: (row) => this.figures.degreesSigma(n, row),
      }])),
    }));
  }

  heightChoices() {
    return this.meta.joints.map((name, joint) => ({
      group: 'Heights', label: `height of ${name.replaceAll('_', ' ')}`, unit: ' m', digits: 2,
      series: this.meta.people.map((_, person) => ({
        person,
        value: (row) => this.figures.height(person, joint, row),
        sigma: (row) => this.figures.sigma(person, joint, row),
      })),
    }));
  }

  addPlot(choice) {
    const removed = (plot) => { this.plots = this.plots.filter((other) => other !== plot); };
    const plot = new Plot(this.player, this, choice, removed);
    if (this.stage) plot.visible = (person) => this.stage.visible[person];
    this.plots.push(plot);
  }

  fillNotes() {
    find('notes').hidden = !this.meta.notes.length;
    for (const note of this.meta.notes) {
      const item = document.createElement('li');
      item.textContent = note;
      find('notes').querySelector('ul').append(item);
    }
  }

  fillKeys() {
    for (const [key, meaning] of KEYS) {
      for (const [tag, words] of [['dt', key], ['dd', meaning]]) {
        const made = document.createElement(tag);
        made.textContent = words;
        find('keylist').append(made);
      }
    }
  }

  listen() {
    const {player} = this;
    find('play').addEventListener('click', () => player.setPlaying(!player.playing));
    find('video').addEventListener('click', () => player.setPlaying(!player.playing));
    find('back').addEventListener('click', () => player.step(-1));
    find('forth').addEventListener('click', () => player.step(1));
    find('speed').addEventListener('input', (event) => player.setSpeed(+event.target.value));
    find('sound').addEventListener('click', () => player.setMuted(!player.muted));
    find('from').addEventListener('click', () => this.rangeFrom());
    find('to').addEventListener('click', () => this.rangeTo());
    find('whole').addEventListener('click', () => this.setRange(0, player.last));
    find('loop').addEventListener('change', (event) => { player.loop = event.target.checked; });
    find('theme').addEventListener('click', () => this.switchTheme());
    find('help').addEventListener('click', () => find('keys').showModal());
    find('add').addEventListener('click', () => this.addPlot(this.choices[+find('curve').value]));
    find('person').addEventListener('change', () => this.choose(+find('person').value, +find('joint').value));
    find('joint').addEventListener('change', () => this.choose(+find('person').value, +find('joint').value));
    find('follow').addEventListener('change', (event) => this.stage?.setFollow(+event.target.value));
    find('trail').addEventListener('change', (event) => this.setTrail(+event.target.value));
    find('sigmas').addEventListener('change', (event) => this.showSigmas(event.target.checked));
    addEventListener('keydown', (event) => this.key(event));
  }

  switchTheme() {
    const name = theme() === 'dark' ? 'light' : 'dark';
    remember(name);
    this.useTheme(name);
  }

  rangeFrom() {
    const {wanted, range, last} = this.player;
    this.setRange(wanted, range[1] > wanted ? range[1] : last);
  }

  rangeTo() {
    const {wanted, range} = this.player;
    this.setRange(range[0] < wanted ? range[0] : 0, wanted);
  }

  setRange(from, to) {
    this.player.setRange(from, to);
    this.lanes.redraw();
    for (const plot of this.plots) plot.redraw();
  }

  choose(person, joint) {
    find('person').value = person;
    find('joint').value = joint;
    if (this.stage) {
      this.stage.selected = {person, joint};
      this.stage.update();
    }
    this.changed();
  }

  setTrail(joint) {
    find('trail').value = joint;
    if (!this.stage) return;
    this.stage.trail = joint;
    this.stage.update();
  }

  showSigmas(all) {
    if (!this.stage) return;
    this.stage.allSigmas = all;
    this.stage.update();
  }

  followNext() {
    const {people} = this.meta;
    const next = +find('follow').value + 1;
    find('follow').value = next < people.length ? next : -1;
    this.stage?.setFollow(+find('follow').value);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || find('keys').open) return;
    const {tagName, type} = event.target;
    if (tagName === 'SELECT' || (tagName === 'INPUT' && type === 'range')) return;
    if (event.key === ' ' && ['BUTTON', 'INPUT', 'SUMMARY'].includes(tagName)) return;
    const action = this.actions()[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action(event.shiftKey ? 10 : 1);
  }

  actions() {
    const {player} = this;
    const cameras = CAMERAS.map(([name], n) => [String(n + 1), () => this.view(name)]);
    return {
      ...Object.fromEntries(cameras),
      ' ': () => player.setPlaying(!player.playing),
      ArrowLeft: (by) => player.step(-by),
      ArrowRight: (by) => player.step(by),
      Home: () => player.step(-player.last - 1),
      End: () => player.step(player.last + 1),
      '-': () => player.setSpeed(Math.round((player.speed - 0.1) * 10) / 10),
      '+': () => player.setSpeed(Math.round((player.speed + 0.1) * 10) / 10),
      '=': () => player.setSpeed(Math.round((player.speed + 0.1) * 10) / 10),
      '[': () => this.rangeFrom(),
      ']': () => this.rangeTo(),
      '\\': () => this.setRange(0, player.last),
      l: () => find('loop').click(),
      m: () => player.setMuted(!player.muted),
      a: () => this.stage?.turn(-0.12, 0),
      d: () => this.stage?.turn(0.12, 0),
      w: () => this.stage?.turn(0, 0.12),
      s: () => this.stage?.turn(0, -0.12),
      f: () => this.followNext(),
      t: () => this.setTrail(+find('trail').value < 0 ? +find('joint').value : -1),
      n: () => this.switchTheme(),
      '?': () => find('keys').showModal(),
    };
  }

  changed() {
    if (!this.lanes) return;
    const {player} = this;
    if (this.stage && this.stage.row !== player.row) this.stage.show(player.row);
    find('play').textContent = player.playing ? '❚❚' : '▶';
    find('play').setAttribute('aria-label', player.playing ? 'Pause' : 'Play');
    find('sound').setAttribute('aria-pressed', String(!player.muted));
    find('speed').value = player.speed;
    find('rate').textContent = `${+player.speed.toFixed(2)}×`;
    const time = this.arrays.time_s[player.wanted];
    const clock = `${time.toFixed(2)} s   frame ${this.arrays.frame[player.wanted]}`;
    find('clock').textContent = clock;
    this.lanes.moveHead(player.wanted);
    this.lanes.box.setAttribute('aria-valuenow', String(player.wanted));
    this.lanes.box.setAttribute('aria-valuetext', clock);
    for (const plot of this.plots) plot.moveHead(player.wanted);
    find('reading').textContent = this.reading();
  }

  reading() {
    const [person, joint, row] = [+find('person').value, +find('joint').value, this.player.row];
    if (!this.figures.people) return 'Nobody was found.';
    if (!this.figures.isThere(person, row)) return `${this.personName(person)} is not in this frame.`;
    const [x, y, z] = this.figures.joint(person, joint, row, []);
    const sigma = this.figures.sigma(person, joint, row);
    const around = Number.isNaN(sigma) ? 'not stated' : `± ${(sigma * 100).toFixed(1)} cm each way`;
    const lines = [`Height ${y.toFixed(2)} m`];
    if (this.meta.scene.has_places) {
      const {camera_height_m: height} = this.meta.scene;
      lines.push(`Across ${x.toFixed(2)} m, away ${(-z).toFixed(2)} m`);
      lines.push(`From the camera ${Math.hypot(x, y - height, z).toFixed(2)} m`);
    }
    const seen = this.figures.confidence(person, row);
    lines.push(`Uncertainty ${around}`);
    if (!Number.isNaN(seen)) lines.push(`Keypoints seen ${Math.round(seen * 100)} %`);
    return lines.join('\n');
  }
}

function fill(select, options) {
  for (const [value, label] of options) {
    const option = document.createElement('option');
    option.value = value;
    option.textContent = label;
    select.append(option);
  }
}

function say(words) {
  find('message').textContent = words;
  find('message').hidden = !words;
}

// Pages from disk may have no storage.
function remembered() {
  try {
    return localStorage.getItem('pose3d-theme');
  } catch {
    return null;
  }
}

function remember(name) {
  try {
    localStorage.setItem('pose3d-theme', name);
  } catch {
    // It holds until the page is closed.
  }
}

readData()
  .then((data) => { window.pose3d = new Page(data); })
  .catch((error) => say(`This page cannot be shown: ${error.message}`));
