// Bundles main.js and the parts of three.js that it uses into ../viewer.js, one classic script.
import {createHash} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';
import {build} from 'esbuild';

const licence = await readFile('node_modules/three/LICENSE', 'utf8');
const {version} = JSON.parse(await readFile('node_modules/three/package.json', 'utf8'));

// The tests compare this digest with the sources, so that the built file is never an older one.
async function digest() {
  const names = (await readdir('.')).filter((name) => /\.(js|mjs|json)$/.test(name)).sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\n`).update(await readFile(name));
  return hash.digest('hex');
}

await build({
  entryPoints: ['main.js'],
  outfile: '../viewer.js',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2021',
  charset: 'ascii',
  legalComments: 'none',
  banner: {
    js: `/*! Built from source/ (${await digest()}) by "npm ci && npm run build".\n`
      + `It contains three.js ${version}:\n\n${licence}*/`,
  },
});
