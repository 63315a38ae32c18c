/** Turns autocannon, which brings no types, into what we use of it. */
declare module 'autocannon' {
  interface Options {
    url: string;
    connections: number;
    duration: number;
    method: string;
    headers: Record<string, string>;
    requests: { body: string }[];
  }
  interface Report {
    '2xx': number;
    non2xx: number;
    errors: number;
    duration: number;
    latency: { p99: number };
  }
  export default function autocannon(options: Options): Promise<Report>;
}
