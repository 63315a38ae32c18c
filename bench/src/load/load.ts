/** What every load tool is told, and what it finds out. */

/** As many requests as the server takes. */
export interface Load {
  url: string;
  connections: number;
  seconds: number;
  /** File with one JSON body per line; they are sent one after the other, again and again. */
  bodiesFile: string;
}

export interface LoadResult {
  /** Answers with status 200. */
  ok: number;
  /** Answers with another status, and connections that failed. */
  failed: number;
  seconds: number;
  p99Ms: number;
}

export interface LoadTool {
  /** For the results, with its version. */
  name: string;
  /** What to know when reading rates that it made; absent for the tool that rates are meant to be measured with. */
  caution?: string;
  /** `onStart` is told the id of the process that makes the load. */
  run(load: Load, onStart?: (pid: number) => void): Promise<LoadResult>;
}
