// Finds the film: inside the page, beside it, or picked by the user.

import {filmInside} from './data.js';

export class Film {
  constructor(player, meta, say) {
    Object.assign(this, {player, meta, say});
    this.video = document.getElementById('video');
    this.picker = document.getElementById('picker');
    this.gone = document.getElementById('gone');
    this.listen();
    this.open();
  }

  listen() {
    this.video.addEventListener('loadeddata', () => this.loaded());
    this.video.addEventListener('error', () => this.tryNext());
    const file = document.getElementById('file');
    file.addEventListener('change', () => file.files[0] && this.pick(file.files[0]));
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', (event) => {
      event.preventDefault();
      const [dropped] = event.dataTransfer.files;
      if (dropped) this.pick(dropped);
    });
  }

  open() {
    const [width, height] = this.meta.size_wh;
    document.getElementById('film').style.setProperty('--aspect', `${width} / ${height}`);
    const inside = filmInside();
    this.left = this.meta.film.addresses.map(encoded);
    if (inside) this.left = [URL.createObjectURL(inside)];
    this.tryNext();
  }

  pick(file) {
    this.picked = file;
    this.left = [URL.createObjectURL(file)];
    this.tryNext();
  }

  tryNext() {
    const address = this.left.shift();
    this.player.forgetFilm();
    if (address === undefined) {
      this.ask();
      return;
    }
    this.video.src = address;
  }

  ask() {
    const {name} = this.meta.film;
    this.gone.textContent = this.picked
      ? `This browser cannot play “${this.picked.name}”.`
      : `The film “${name}” is not beside this page, or this browser cannot play it.`;
    this.picker.hidden = false;
    this.video.hidden = true;
  }

  loaded() {
    if (!this.video.videoWidth) {
      this.tryNext();
      return;
    }
    const [width, height] = this.meta.size_wh;
    const same = Math.abs(this.video.videoWidth / this.video.videoHeight / (width / height) - 1) < 0.02;
    if (this.warned || !same) {
      this.say(same ? '' : 'This film has other proportions than the one of the result: it may be another film.');
    }
    this.warned = !same;
    this.picker.hidden = true;
    this.video.hidden = false;
    this.player.useFilm();
  }
}

// Names may hold any character; each part of the way is quoted by itself.
function encoded(way) {
  return way.split('/').map((part) => (part === '..' ? part : encodeURIComponent(part))).join('/');
}
