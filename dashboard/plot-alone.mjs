/** Strips uPlot down to what the dashboard's chart needs, which is three quarters of it. */
import { readFileSync } from 'node:fs';

/** Extras such as curves and bars. */
const offers = [[/^uPlot\.assign = [\s\S]*(?=^export )/m, '']];

/** The same as uPlot's own switch FEAT_TIME: our x axis counts points, and the chart formats their labels. */
const axesOfTime = [
  [/^const \[ time\w+, .* = genTimeStuffs\(.*$/gm, ''],
  [/^\tconst _time(AxisSplits|AxisVals|SeriesVal) .*$/gm, '\tconst _time$1 = undefined;'],
  [/\bisTime(?= \?| &&)/g, 'false'],
  ['opts.fmtDate || fmtDate', 'opts.fmtDate'],
  [/^const localTz = .*$/m, ''],
];

/** Logarithmic scales and the like; the numbers are uPlot's codes for them. */
const scalesNotLinear = [[/\b(\w+\.)?\w*[dD]istr (==|>=) +(3|4|100)\b/g, 'false']];

/** The page draws its own legend. */
const legend = [[/\bshowLegend(?= \?| &&|\))/g, 'false']];

function without(text, [what, instead], path) {
  const left = text.replace(what, instead);
  if (left === text) throw new Error(`${path} has no ${what}; has uPlot changed? See ${import.meta.url}.`);
  return left;
}

/** The esbuild plugin. @throws if uPlot's source does not match the patterns above */
export const plotAlone = {
  name: 'plot alone',
  setup({ onLoad }) {
    onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
      const whole = readFileSync(path, 'utf8');
      return {
        contents: [...offers, ...axesOfTime, ...scalesNotLinear, ...legend].reduce(
          (text, cut) => without(text, cut, path),
          whole,
        ),
      };
    });
  },
};
