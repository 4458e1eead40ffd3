// The 3D view: figures, floor, trails, cameras.

import {
  BufferAttribute, BufferGeometry, Color, CylinderGeometry, DirectionalLight, DynamicDrawUsage,
  GridHelper, Group, HemisphereLight, InstancedMesh, LineBasicMaterial, LineSegments, Matrix4,
  MeshBasicMaterial, MeshLambertMaterial, PerspectiveCamera, Quaternion, Scene,
  SphereGeometry, Vector2, Vector3, WebGLRenderer,
} from 'three';
import {OrbitControls} from 'three/addons/controls/OrbitControls.js';
import {personColour, sideColours, variable} from './colours.js';

const FOV_DEG = 36;
const TRAIL_S = 2;
const UP = new Vector3(0, 1, 0);
const NOTHING = new Matrix4().makeScale(0, 0, 0);

export class Stage {
  constructor(data, picked) {
    Object.assign(this, {...data, picked});
    this.canvas = document.getElementById('scene');
    this.tags = document.getElementById('tags');
    this.visible = this.meta.people.map(() => true);
    this.selected = {person: 0, joint: this.meta.root};
    this.trail = -1;
    this.allSigmas = false;
    this.follow = -1;
    this.row = 0;
    this.begin();
    this.makeFigures();
    this.makeTrail();
    this.makeTags();
    this.listen();
    this.recolour();
    this.view('angle');
  }

  begin() {
    const antialias = devicePixelRatio < 2 && !drawsInSoftware();
    this.renderer = new WebGLRenderer({canvas: this.canvas, antialias, alpha: true});
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(FOV_DEG, 1, 0.05, 500);
    this.controls = new OrbitControls(this.camera, this.canvas);
    this.controls.maxDistance = 200;
    this.scene.add(new HemisphereLight(0xffffff, 0x8890a8, 2.1));
    const sun = new DirectionalLight(0xffffff, 1.6);
    sun.position.set(2, 5, 4);
    this.scene.add(sun);
    const {low, high} = this.meta.scene;
    this.centre = new Vector3(...low).add(new Vector3(...high)).multiplyScalar(0.5);
    this.centre.y = Math.max(high[1], 1) / 2;
    this.size = new Vector3(high[0] - low[0], Math.max(high[1], 1.2), high[2] - low[2]);
  }

  makeGrid() {
    if (this.grid) {
      this.scene.remove(this.grid);
      this.grid.dispose();
    }
    const metres = Math.min(60, 2 * Math.ceil(Math.max(this.size.x, this.size.z) / 2 + 1.5));
    const colour = variable('grid');
    this.grid = new GridHelper(metres, metres, colour, colour);
    this.grid.position.set(Math.round(this.centre.x), 0, Math.round(this.centre.z));
    this.scene.add(this.grid);
  }

  makeFigures() {
    const {figure} = this.meta;
    const limb = new CylinderGeometry(1, 1, 1, 9, 1, true);
    const ball = new SphereGeometry(1, 10, 7);
    const skull = new SphereGeometry(1, 18, 12);
    const many = (count) => Math.max(1, this.figures.people * count);
    const mesh = (shape, count, material) => {
      const made = new InstancedMesh(shape, material, many(count));
      made.instanceMatrix.setUsage(DynamicDrawUsage);
      made.frustumCulled = false;
      made.count = this.figures.people * count;
      return made;
    };
    const paint = () => new MeshLambertMaterial();
    this.limbs = mesh(limb, figure.limbs.length, paint());
    this.balls = mesh(ball, this.figures.joints, paint());
    this.skulls = mesh(skull, 1, paint());
    const veil = new MeshBasicMaterial({transparent: true, opacity: 0.22, depthWrite: false});
    this.clouds = mesh(ball, this.figures.joints, veil);
    this.solid = [this.limbs, this.balls, this.skulls];
    this.scene.add(...this.solid, this.clouds);
    this.makeShadows();
    this.places = new Float32Array(this.figures.people * this.figures.joints * 3);
  }

  // The same shapes flattened onto the floor.
  makeShadows() {
    this.shade = new MeshBasicMaterial();
    const flat = new Group();
    flat.scale.y = 1e-4;
    flat.position.y = 0.004;
    for (const mesh of [this.limbs, this.skulls]) {
      const shadow = new InstancedMesh(mesh.geometry, this.shade, mesh.instanceMatrix.count);
      shadow.instanceMatrix = mesh.instanceMatrix;
      shadow.count = mesh.count;
      shadow.frustumCulled = false;
      flat.add(shadow);
    }
    this.scene.add(flat);
  }

  makeTrail() {
    const rows = Math.min(this.meta.rows, Math.ceil((TRAIL_S * this.meta.fps) / this.meta.stride) + 2);
    this.trailRows = rows;
    const points = Math.max(1, rows * 2 * this.figures.people);
    const shape = new BufferGeometry();
    shape.setAttribute('position', new BufferAttribute(new Float32Array(points * 3), 3));
    shape.setAttribute('color', new BufferAttribute(new Float32Array(points * 3), 3));
    this.trails = new LineSegments(shape, new LineBasicMaterial({vertexColors: true}));
    this.trails.frustumCulled = false;
    this.scene.add(this.trails);
  }

  makeTags() {
    if (this.figures.people < 2) return;
    this.tagOf = this.meta.people.map((id) => {
      const tag = document.createElement('span');
      tag.textContent = String(id);
      this.tags.append(tag);
      return tag;
    });
  }

  listen() {
    this.controls.addEventListener('change', () => this.draw());
    new ResizeObserver(() => this.resize()).observe(this.canvas.parentElement);
    let down = null;
    this.canvas.addEventListener('pointerdown', (event) => { down = [event.clientX, event.clientY]; });
    this.canvas.addEventListener('pointerup', (event) => {
      if (down && Math.hypot(event.clientX - down[0], event.clientY - down[1]) < 6) this.pickAt(event);
    });
  }

  resize() {
    const {clientWidth, clientHeight} = this.canvas.parentElement;
    if (!clientWidth || !clientHeight) return;
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.camera.aspect = clientWidth / clientHeight;
    if (this.preset && !this.touched()) this.view(this.preset);
    else this.camera.updateProjectionMatrix();
    this.draw();
  }

  // Whether the user has turned the view since a preset was chosen.
  touched() {
    return this.placedAt && this.placedAt.distanceTo(this.camera.position) > 1e-3;
  }

  recolour() {
    this.makeGrid();
    this.shade.color.set(variable('shadow'));
    const {figure} = this.meta;
    const colour = new Color();
    for (let person = 0; person < this.figures.people; person++) {
      const own = sideColours(person, this.figures.people);
      figure.limbs.forEach(([, end], n) => {
        this.limbs.setColorAt(person * figure.limbs.length + n, colour.set(own[figure.sides[end]]));
      });
      figure.sides.forEach((side, n) => {
        this.balls.setColorAt(person * this.figures.joints + n, colour.set(own[side]));
      });
      this.skulls.setColorAt(person, colour.set(own[0]));
      if (this.tagOf) this.tagOf[person].style.background = personColour(person);
    }
    for (const mesh of this.solid) {
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
    }
    this.update();
  }

  show(row) {
    this.row = row;
    this.moveWith();
    this.update();
  }

  rootOf(person, row) {
    if (!this.figures.isThere(person, row)) return null;
    return new Vector3(...this.figures.joint(person, this.meta.root, row, []));
  }

  // The camera goes as far as the person that it follows.
  moveWith() {
    const now = this.follow >= 0 ? this.rootOf(this.follow, this.row) : null;
    if (now) this.lookAt(now);
  }

  lookAt(point) {
    const by = point.clone().sub(this.controls.target);
    this.controls.target.add(by);
    this.camera.position.add(by);
    if (this.placedAt) this.placedAt.add(by);
    this.controls.update();
  }

  setFollow(person) {
    this.follow = person;
    this.moveWith();
    this.draw();
  }

  update() {
    this.clouds.count = 0;
    for (let person = 0; person < this.figures.people; person++) this.pose(person);
    this.updateTrail();
    for (const mesh of [...this.solid, this.clouds]) mesh.instanceMatrix.needsUpdate = true;
    this.draw();
  }

  pose(person) {
    const {figure} = this.meta;
    const there = this.visible[person] && this.figures.isThere(person, this.row);
    const points = [];
    for (let joint = 0; joint < this.figures.joints; joint++) {
      const at = (person * this.figures.joints + joint) * 3;
      this.figures.joint(person, joint, this.row, this.places, at);
      points.push(new Vector3().fromArray(this.places, at));
    }
    const crown = figure.skull && points[figure.skull[1]];
    figure.limbs.forEach(([a, b, radius], n) => {
      const hides = figure.skull && (a === figure.skull[0] || b === figure.skull[1]);
      const matrix = there && !hides ? between(points[a], points[b], radius) : NOTHING;
      this.limbs.setMatrixAt(person * figure.limbs.length + n, matrix);
    });
    points.forEach((point, joint) => {
      const place = person * this.figures.joints + joint;
      const size = joint === figure.skull?.[0] ? 0.022 : joint === figure.skull?.[1] ? 0 : figure.radii[joint];
      this.balls.setMatrixAt(place, there ? ball(point, size) : NOTHING);
      if (there) this.addCloud(person, joint, point);
    });
    if (!figure.skull) this.skulls.setMatrixAt(person, NOTHING);
    else {
      const middle = points[figure.skull[0]].clone().lerp(crown, 0.58);
      this.skulls.setMatrixAt(person, there ? ball(middle, figure.skull[2]) : NOTHING);
    }
  }

  // The ball of a standard deviation around a joint; the chosen one has a ball in any case.
  addCloud(person, joint, point) {
    const chosen = person === this.selected.person && joint === this.selected.joint;
    const sigma = this.figures.sigma(person, joint, this.row);
    if (!chosen && !(this.allSigmas && sigma > 0)) return;
    const radius = Math.max(sigma || 0, this.meta.figure.radii[joint] * 1.3);
    const place = this.clouds.count++;
    this.clouds.setMatrixAt(place, ball(point, radius));
    const side = this.meta.figure.sides[joint];
    this.clouds.setColorAt(place, new Color(sideColours(person, this.figures.people)[side]));
    this.clouds.instanceColor.needsUpdate = true;
  }

  updateTrail() {
    const {position, color} = this.trails.geometry.attributes;
    let at = 0;
    const from = Math.max(1, this.row - this.trailRows + 2);
    const colour = new Color();
    for (let person = 0; person < this.figures.people && this.trail >= 0; person++) {
      if (!this.visible[person]) continue;
      colour.set(personColour(person));
      for (let row = from; row <= this.row; row++) {
        if (!this.figures.isThere(person, row - 1) || !this.figures.isThere(person, row)) continue;
        if (this.arrays.time_s[this.row] - this.arrays.time_s[row - 1] > TRAIL_S) continue;
        this.figures.joint(person, this.trail, row - 1, position.array, at * 3);
        this.figures.joint(person, this.trail, row, position.array, at * 3 + 3);
        colour.toArray(color.array, at * 3);
        colour.toArray(color.array, at * 3 + 3);
        at += 2;
      }
    }
    this.trails.geometry.setDrawRange(0, at);
    position.needsUpdate = color.needsUpdate = true;
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.renderer.render(this.scene, this.camera);
      this.placeTags();
      this.drawn = (this.drawn || 0) + 1;
    });
  }

  placeTags() {
    const {clientWidth, clientHeight} = this.canvas;
    this.tagOf?.forEach((tag, person) => {
      const head = this.top(person);
      const there = head && this.visible[person];
      const at = there && head.project(this.camera);
      tag.hidden = !there || at.z > 1;
      if (tag.hidden) return;
      const [x, y] = [((at.x + 1) / 2) * clientWidth, ((1 - at.y) / 2) * clientHeight];
      tag.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -100%)`;
    });
  }

  // A place above the highest joint.
  top(person) {
    if (!this.figures.isThere(person, this.row)) return null;
    let best = null;
    for (let joint = 0; joint < this.figures.joints; joint++) {
      const at = (person * this.figures.joints + joint) * 3;
      if (!best || this.places[at + 1] > best.y) best = new Vector3().fromArray(this.places, at);
    }
    best.y += 0.12;
    return best;
  }

  // Puts the camera to "film", "front", "side", "top" or "angle".
  view(name) {
    this.preset = name;
    const followed = this.follow >= 0 ? this.rootOf(this.follow, this.row) : null;
    if (name === 'film') this.viewAsFilm();
    else this.viewFrom(name, followed);
    this.camera.updateProjectionMatrix();
    this.controls.update();
    this.placedAt = this.camera.position.clone();
    this.draw();
  }

  viewAsFilm() {
    const {tilt_rad: tilt, camera_height_m: height} = this.meta.scene;
    const [wide, tall] = this.meta.size_wh;
    const half = Math.max(tall, wide / this.camera.aspect) / 2 / this.meta.focal_px;
    this.camera.fov = (2 * Math.atan(half) * 180) / Math.PI;
    this.camera.position.set(0, height, 0);
    const ahead = new Vector3(0, -Math.sin(tilt), -Math.cos(tilt));
    const distance = Math.max(1, this.centre.clone().sub(this.camera.position).dot(ahead));
    this.controls.target.copy(this.camera.position).addScaledVector(ahead, distance);
  }

  viewFrom(name, followed) {
    const directions = {front: [0, 0, 1], side: [1, 0, 0], top: [0, 1, 1e-4], angle: [0.42, 0.3, 1]};
    const towards = new Vector3(...directions[name]).normalize();
    this.camera.fov = FOV_DEG;
    this.controls.target.copy(followed ?? this.centre);
    const {x, y, z} = followed ? new Vector3(1.6, 2, 1.6) : this.size;
    const wide = {front: x, side: z, top: x, angle: Math.hypot(x, z * 0.5)}[name] + 0.9;
    const tall = {front: y, side: y, top: z + 0.9, angle: y + 0.25 * z}[name] * 1.25 + 0.55;
    const deep = {front: z, side: x, top: y, angle: z}[name];
    const half = Math.tan((FOV_DEG * Math.PI) / 360);
    const distance = Math.max(tall, wide / this.camera.aspect) / 2 / half + deep / 2;
    this.camera.position.copy(this.controls.target).addScaledVector(towards, distance);
  }

  turn(right, up) {
    const offset = this.camera.position.clone().sub(this.controls.target);
    offset.applyAxisAngle(UP, right);
    const across = new Vector3().crossVectors(UP, offset).normalize();
    const tilted = offset.clone().applyAxisAngle(across, -up);
    if (Math.abs(tilted.clone().normalize().y) < 0.995) offset.copy(tilted);
    this.camera.position.copy(this.controls.target).add(offset);
    this.controls.update();
    this.draw();
  }

  pickAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = new Vector2(
      ((event.clientX - box.left) / box.width) * 2 - 1,
      1 - ((event.clientY - box.top) / box.height) * 2,
    );
    const best = this.nearestJoint(at, box);
    if (best) this.picked(best.person, best.joint);
  }

  // The joint that is drawn nearest to a point, within a finger's width.
  nearestJoint(at, box) {
    let best = null;
    for (let person = 0; person < this.figures.people; person++) {
      if (!this.visible[person] || !this.figures.isThere(person, this.row)) continue;
      for (let joint = 0; joint < this.figures.joints; joint++) {
        const place = (person * this.figures.joints + joint) * 3;
        const seen = new Vector3().fromArray(this.places, place).project(this.camera);
        const away = Math.hypot(((seen.x - at.x) * box.width) / 2, ((seen.y - at.y) * box.height) / 2);
        if (seen.z < 1 && away < (best?.away ?? 24)) best = {person, joint, away};
      }
    }
    return best;
  }
}

// Without a GPU smooth edges would halve the number of pictures a second.
function drawsInSoftware() {
  const probe = document.createElement('canvas').getContext('webgl2');
  const about = probe?.getExtension('WEBGL_debug_renderer_info');
  const name = about ? probe.getParameter(about.UNMASKED_RENDERER_WEBGL) : '';
  probe?.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

function ball(point, radius) {
  return new Matrix4().makeScale(radius, radius, radius).setPosition(point);
}

function between(a, b, radius) {
  const along = b.clone().sub(a);
  const length = Math.max(along.length(), 1e-6);
  const turn = new Quaternion().setFromUnitVectors(UP, along.divideScalar(length));
  return new Matrix4().compose(
    a.clone().add(b).multiplyScalar(0.5), turn, new Vector3(radius, length, radius),
  );
}
