/** Draws the world map at build time: an outline per country, by ISO 3166-1 alpha-2 code, in whole numbers. */
import { createRequire } from 'node:module';
import { geoArea, geoCentroid, geoNaturalEarth1, geoPath } from 'd3-geo';
import iso from 'iso-3166-1';
import { feature } from 'topojson-client';

const require = createRequire(import.meta.url);

const width = 1_000;
/** Has no visitors, and would take a quarter of the map. */
const leftOut = 'Antarctica';
/** Kosovo has a code in common use, but no ISO number. */
const codesByName = { Kosovo: 'XK' };

const codes = new Map(iso.all().map(({ numeric, alpha2 }) => [numeric, alpha2]));
const codeOf = ({ id, properties: { name } }) => codesByName[name] ?? codes.get(id);

function featuresOf(file) {
  const world = require(`world-atlas/${file}`);
  return feature(world, world.objects.countries).features.filter(({ properties: { name } }) => name !== leftOut);
}

/**
 * `dots` are the centres of countries too small to draw; `land` is land without a country code.
 * @returns {{width: number, height: number, countries: Record<string, string>, dots: Record<string, [number, number]>, land:
 * string}}
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
  // For a country of several parts, the largest comes first.
  const smaller = featuresOf('countries-50m.json').toSorted((a, b) => geoArea(b) - geoArea(a));
  for (const each of smaller) {
    const code = codeOf(each);
    if (code && !countries[code] && !dots[code]) dots[code] = projection(geoCentroid(each)).map(Math.round);
  }
  return dots;
}

/** Provides the module `world-shapes.js`, which exists only in the build. */
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
