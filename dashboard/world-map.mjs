/** Draws the map of the world while the page is built: an outline for each country by its ISO 3166-1 alpha-2 code, in whole numbers. */
import { createRequire } from 'node:module';
import { geoArea, geoCentroid, geoNaturalEarth1, geoPath } from 'd3-geo';
import iso from 'iso-3166-1';
import { feature } from 'topojson-client';

const require = createRequire(import.meta.url);

const width = 1_000;
/** Nobody lives there, and it would take a quarter of the map. */
const leftOut = 'Antarctica';
/** Has a code that many use and no number. */
const codesByName = { Kosovo: 'XK' };

const codes = new Map(iso.all().map(({ numeric, alpha2 }) => [numeric, alpha2]));
const codeOf = ({ id, properties: { name } }) => codesByName[name] ?? codes.get(id);

function featuresOf(file) {
  const world = require(`world-atlas/${file}`);
  return feature(world, world.objects.countries).features.filter(({ properties: { name } }) => name !== leftOut);
}

/**
 * `dots` are states that are too small to be drawn, by their middle; `land` is what no code stands for.
 * @returns {{width: number, height: number, countries: Record<string, string>, dots: Record<string, [number, number]>, land: string}}
 */
export function drawWorld() {
  const drawn = featuresOf('countries-110m.json');
  const projection = geoNaturalEarth1().fitWidth(width, { type: 'FeatureCollection', features: drawn });
  const path = geoPath(projection).digits(0);
  const height = Math.ceil(path.bounds({ type: 'FeatureCollection', features: drawn })[1][1]);
  const countries = {};
  let land = '';
  for (const each of drawn) {
    const code = codeOf(each);
    if (code) countries[code] = (countries[code] ?? '') + path(each);
    else land += path(each);
  }
  return { width, height, countries, dots: dotsBeside(countries, projection), land };
}

function dotsBeside(countries, projection) {
  const dots = {};
  // Of several parts of one country the largest comes first.
  const smaller = featuresOf('countries-50m.json').toSorted((a, b) => geoArea(b) - geoArea(a));
  for (const each of smaller) {
    const code = codeOf(each);
    if (code && !countries[code] && !dots[code]) dots[code] = projection(geoCentroid(each)).map(Math.round);
  }
  return dots;
}

/** Is what the page imports as `world-shapes.js`, which is nowhere but here. */
export const worldMap = {
  name: 'world-map',
  setup(build) {
    build.onResolve({ filter: /\/world-shapes\.js$/ }, ({ path }) => ({ path, namespace: 'world-map' }));
    build.onLoad({ filter: /.*/, namespace: 'world-map' }, () => ({
      contents: JSON.stringify(drawWorld()),
      loader: 'json',
    }));
  },
};
