// Reads the data of the page: see data.py, which writes it.

const SCHEMA = 1;
const TYPES = {
  float64: Float64Array, int32: Int32Array, int16: Int16Array, uint8: Uint8Array,
};

export async function readData() {
  const meta = JSON.parse(text('meta'));
  if (meta.schema !== SCHEMA) {
    throw new Error(`its data has schema ${meta.schema}, and its script reads ${SCHEMA}`);
  }
  const block = await inflated(bytesOf(text('data')));
  const arrays = {};
  for (const [name, about] of Object.entries(meta.arrays)) arrays[name] = arrayOf(block, about);
  return {meta, arrays, figures: new Figures(meta, arrays)};
}

// The film that the page holds, as a Blob; null where it holds none.
export function filmInside() {
  const held = text('copy');
  return held ? new Blob([bytesOf(held)]) : null;
}

function text(id) {
  return document.getElementById(id).textContent.trim();
}

function bytesOf(base64) {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let n = 0; n < letters.length; n++) bytes[n] = letters.charCodeAt(n);
  return bytes;
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).arrayBuffer();
}

function arrayOf(block, about) {
  const length = about.shape.reduce((product, side) => product * side, 1);
  const values = new TYPES[about.type](block, about.at, length);
  const rows = about.shape.at(-1);
  if (about.delta) {
    for (let n = 0; n < length; n++) if (n % rows) values[n] += values[n - 1];
  }
  return values;
}

// Where everybody's joints are, row by row. Unknown numbers are NaN.
class Figures {
  constructor(meta, arrays) {
    Object.assign(this, {meta, arrays});
    this.people = meta.people.length;
    this.joints = meta.joints.length;
    this.rows = meta.rows;
  }

  value(name, place) {
    const {scale, none} = this.meta.arrays[name];
    const number = this.arrays[name][place];
    return number === none ? NaN : number * scale;
  }

  isThere(person, row) {
    const place = person * this.joints * 3 * this.rows + row;
    return this.arrays.joints[place] !== this.meta.arrays.joints.none;
  }

  // Writes x, y and z of a joint in metres of the world into out at a place.
  joint(person, joint, row, out, at = 0) {
    for (let axis = 0; axis < 3; axis++) {
      const inside = ((person * this.joints + joint) * 3 + axis) * this.rows + row;
      const root = (person * 3 + axis) * this.rows + row;
      out[at + axis] = this.value('joints', inside) + this.value('root', root);
    }
    return out;
  }

  height(person, joint, row) {
    const inside = ((person * this.joints + joint) * 3 + 1) * this.rows + row;
    return this.value('joints', inside) + this.value('root', (person * 3 + 1) * this.rows + row);
  }

  sigma(person, joint, row) {
    return this.value('sigma', (person * this.joints + joint) * this.rows + row);
  }

  confidence(person, row) {
    return this.value('confidence', person * this.rows + row);
  }

  state(person, row) {
    return this.arrays.state[person * this.rows + row];
  }

  degrees(curve, row) {
    return this.value('degrees', curve * this.rows + row);
  }

  degreesSigma(curve, row) {
    return this.value('degrees_sigma', curve * this.rows + row);
  }
}
