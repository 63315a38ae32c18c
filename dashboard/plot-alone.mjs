/** uPlot as far as the chart of the dashboard needs it, which is three quarters of it. */
import { readFileSync } from 'node:fs';

/** What uPlot offers beside the plot itself, such as curves and bars. */
const offers = [[/^uPlot\.assign = [\s\S]*(?=^export )/m, '']];

/** As uPlot's own switch FEAT_TIME does it: the chart counts its points, and names them itself. */
const axesOfTime = [
  [/^const \[ time\w+, .* = genTimeStuffs\(.*$/gm, ''],
  [/^\tconst _time(AxisSplits|AxisVals|SeriesVal) .*$/gm, '\tconst _time$1 = undefined;'],
  [/\bisTime(?= \?| &&)/g, 'false'],
  ['opts.fmtDate || fmtDate', 'opts.fmtDate'],
  [/^const localTz = .*$/m, ''],
];

/** Logarithmic ones and the like, by the number of their kind. */
const scalesNotLinear = [[/\b(\w+\.)?\w*[dD]istr (==|>=) +(3|4|100)\b/g, 'false']];

/** The page has one of its own. */
const legend = [[/\bshowLegend(?= \?| &&|\))/g, 'false']];

function without(text, [what, instead], path) {
  const left = text.replace(what, instead);
  if (left === text) throw new Error(`${path} has no ${what}; has uPlot changed? See ${import.meta.url}.`);
  return left;
}

/** For esbuild. @throws where uPlot is not written as is expected here */
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
