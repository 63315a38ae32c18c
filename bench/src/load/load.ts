/** Turns what a load tool needs to know, and what it finds out, into one contract for all tools. */

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
  run(load: Load): Promise<LoadResult>;
}
