// Keeps the row of the result in step with the film, or with a clock where there is no film.
//
// The row is that of the frame which the browser says it shows (mediaTime), looked up in the times
// of the result. These count from the film's first frame, whose own mediaTime is measured here, so
// edit lists and late first frames of a container need no rule.
//
// A browser that is sent to the middle of a frame may show a neighbour where the rate varies, since
// it guesses how long frames last. So a seek is repeated, later or earlier, until the browser says
// that it shows this frame; where no seek leads there, the film plays slowly from before it up to it.

const SETTLE_MS = 250;
const TRIES = 8;
const CREEPS = 4;
const CREEP_ROWS = 3;

export class Player {
  constructor(video, times, meta, changed) {
    Object.assign(this, {video, times, changed});
    this.last = times.length - 1;
    this.stride = meta.stride;
    this.frameS = 1 / meta.fps;
    this.row = 0;
    this.target = null; // the row that is being sought
    this.creeping = 0;
    this.playing = false;
    this.speed = 1;
    this.muted = false;
    this.range = [0, this.last];
    this.loop = true;
    this.hasFilm = false;
    this.startS = null; // mediaTime of the film's first frame
    this.listen();
  }

  // The row to show on the timeline: where the user wants to be.
  get wanted() {
    return this.target ?? this.row;
  }

  listen() {
    const {video} = this;
    this.watch();
    video.addEventListener('seeked', () => this.settled());
    video.addEventListener('ended', () => this.atEnd());
    video.addEventListener('pause', () => {
      if (this.hasFilm && this.playing && !video.ended) this.setPlaying(false);
    });
  }

  // Another film is about to be opened.
  forgetFilm() {
    this.hasFilm = false;
    this.startS = null;
    this.next = undefined;
  }

  // The film can be shown.
  useFilm() {
    this.hasFilm = true;
    this.video.playbackRate = this.speed;
    if (!this.video.requestVideoFrameCallback) this.poll();
    if (this.startS !== null) this.begin();
  }

  // Goes to where the page is, now that the time of the first frame is known.
  begin() {
    if (this.wanted > 0 || this.times[0] > 0) this.seek(this.wanted);
    if (this.playing) this.video.play();
  }

  watch() {
    this.video.requestVideoFrameCallback?.((_, frame) => {
      this.watch();
      this.frameShown(frame.mediaTime);
    });
  }

  // For browsers that do not say which frame they show.
  poll() {
    if (!this.hasFilm) return;
    this.frameShown(this.video.currentTime);
    requestAnimationFrame(() => this.poll());
  }

  frameShown(mediaTime) {
    if (this.startS === null) {
      this.startS = mediaTime;
      if (this.hasFilm) this.begin();
    }
    if (!this.hasFilm) return;
    this.show(this.rowAt(mediaTime - this.startS));
    if (this.creeping) this.creepOn();
    else if (this.target !== null && !this.video.seeking && this.next === undefined) this.check();
    this.changed();
    if (this.playing && this.target === null && this.row >= this.range[1]) this.atEnd();
  }

  // Row of the frame at a time since the first frame.
  rowAt(timeS) {
    const {times} = this;
    let low = 0;
    let high = this.last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const tolerance = Math.min(0.002, (times[middle] - times[middle - 1]) / 4);
      if (times[middle] <= timeS + tolerance) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // How long a frame is shown: up to the next one, which of several in a stride has no row.
  lasts(row) {
    const {times, last, stride, frameS} = this;
    const step = row < last ? times[row + 1] - times[row] : frameS * stride;
    return stride > 1 ? Math.min(step / stride, frameS) : step;
  }

  seek(row) {
    this.stopCreeping();
    this.target = Math.max(0, Math.min(this.last, Math.round(row)));
    if (!this.hasFilm) {
      this.clockS = this.times[this.target];
      this.show(this.target);
      this.target = null;
    } else if (this.startS !== null) {
      // One at a time, and of those that come meanwhile only the newest.
      if (this.video.seeking) this.next = this.target;
      else this.aim();
    }
    this.changed();
  }

  // Sends the film to the middle of the target's frame.
  aim() {
    this.tooEarly = -Infinity;
    this.tooLate = Infinity;
    this.tries = 1;
    this.go(this.times[this.target] + this.lasts(this.target) / 2);
  }

  go(timeS) {
    this.aimS = timeS;
    this.video.currentTime = Math.max(0, this.startS + timeS);
  }

  // The film shows a frame after a seek: the right one, or it has to try again.
  check() {
    if (this.playing || this.row === this.target) this.target = null;
    else if (this.tries < TRIES) this.aimAgain();
    else this.creep();
  }

  creep() {
    this.creeping = 1;
    this.creepEnd = setTimeout(() => this.stopCreeping(), 6000);
    this.video.muted = true;
    this.creepFrom();
  }

  // Each time from further before and slower.
  creepFrom() {
    this.video.pause();
    this.video.playbackRate = Math.max(0.1, 0.8 / 2 ** this.creeping);
    this.go(this.times[Math.max(0, this.target - this.creeping * CREEP_ROWS)]);
  }

  creepOn() {
    if (this.video.seeking) return;
    if (this.row > this.target && this.creeping < CREEPS) {
      this.creeping += 1;
      this.creepFrom();
    } else if (this.row >= this.target) this.stopCreeping();
    else if (this.video.paused) this.video.play().catch(() => this.stopCreeping());
  }

  stopCreeping() {
    if (!this.creeping) return;
    this.creeping = 0;
    clearTimeout(this.creepEnd);
    this.video.pause();
    Object.assign(this.video, {muted: this.muted, playbackRate: this.speed});
    this.target = null;
  }

  // Further and further in one direction until it was too far, then in between.
  aimAgain() {
    const isEarly = this.row < this.target;
    if (isEarly) this.tooEarly = this.aimS;
    else this.tooLate = this.aimS;
    const between = (this.tooEarly + this.tooLate) / 2;
    const by = this.lasts(this.target) * 0.4 * this.tries;
    this.tries += 1;
    this.go(Number.isFinite(between) ? between : this.aimS + (isEarly ? by : -by));
  }

  settled() {
    clearTimeout(this.settling);
    if (this.next !== undefined) {
      const row = this.next;
      this.next = undefined;
      this.seek(row);
      return;
    }
    // The frame's own callback comes next, unless the frame was shown already.
    this.settling = setTimeout(() => {
      if (this.target === null || this.video.seeking) return;
      if (this.creeping) {
        this.creepOn();
        return;
      }
      this.check();
      this.changed();
    }, SETTLE_MS);
  }

  show(row) {
    this.row = row;
  }

  step(by) {
    this.setPlaying(false);
    this.seek(this.wanted + by);
  }

  setPlaying(playing) {
    if (playing === this.playing) return;
    this.stopCreeping();
    this.playing = playing;
    if (playing && (this.wanted >= this.range[1] || this.wanted < this.range[0])) {
      this.seek(this.range[0]);
    }
    if (this.hasFilm) {
      if (playing) this.video.play().catch(() => this.setPlaying(false));
      else this.video.pause();
    } else if (playing) {
      this.clockS = this.times[this.row];
      this.runClock();
    }
    this.changed();
  }

  setSpeed(speed) {
    this.speed = Math.max(0.1, Math.min(2, speed));
    this.video.playbackRate = this.speed;
    this.changed();
  }

  setMuted(muted) {
    this.muted = muted;
    this.video.muted = muted;
    this.changed();
  }

  setRange(from, to) {
    this.range = from < to ? [from, to] : [0, this.last];
    this.changed();
  }

  atEnd() {
    if (!this.playing) return;
    if (!this.loop) {
      this.setPlaying(false);
      return;
    }
    this.seek(this.range[0]);
    if (this.hasFilm && this.video.paused) this.video.play();
  }

  runClock() {
    let before = performance.now();
    const tick = (now) => {
      if (!this.playing || this.hasFilm) return;
      this.clockS += ((now - before) / 1000) * this.speed;
      before = now;
      const row = this.rowAt(this.clockS);
      if (this.clockS >= this.times[this.range[1]] + this.frameS) this.atEnd();
      else if (row !== this.row) {
        this.show(row);
        this.changed();
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }
}
