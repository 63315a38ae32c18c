/** Written by world-map.mjs while the page is built. */
declare const shapes: {
  width: number;
  height: number;
  /** Outlines by ISO 3166-1 alpha-2 code, as `d` of a path. */
  countries: Record<string, string>;
  /** Middles of states that are too small to be drawn. */
  dots: Record<string, [x: number, y: number]>;
  /** What no code stands for. */
  land: string;
};
export default shapes;
