/** Turns the questions that bars are set for into what is asked over HTTP and the plain SQL that says the same. */
import { biggestSite } from '../traffic/traffic-sites.js';

export interface QueryCase {
  name: string;
  /** Of `POST /api/v1/query`. */
  body: Record<string, unknown>;
  /** Rows hold the dimensions first, then the metrics. */
  raw: { text: string; values: unknown[] };
  /** Of p95. */
  limitMs: number;
  /** How many times faster than plain SQL; absent where there is no bar. */
  atLeast?: number;
}

const dayMs = 86_400_000;
const indiaMs = 19_800_000;
const metrics = ['views', 'visitors'];

const counts = `count(*) filter (where event_type = 'view')::int, count(distinct user_id)::int`;
const utcDays = `site_id = $1 and timestamp >= $2::date::timestamp at time zone 'UTC'
  and timestamp < ($3::date + 1)::timestamp at time zone 'UTC'`;

/** `days` calendar days, the last of them that of `timeMs` in a zone `offsetMs` ahead of UTC: first and last. */
function lastDays(timeMs: number, days: number, offsetMs = 0): [string, string] {
  const dayOf = (time: number) => new Date(time + offsetMs).toISOString().slice(0, 10);
  return [dayOf(timeMs - (days - 1) * dayMs), dayOf(timeMs)];
}

/** Dates rather than `30d`, so that both sides mean the same days however long the measure takes. */
export function queryCases(nowMs: number): QueryCase[] {
  const site_id = biggestSite.id;
  const [thirty, sixty] = [lastDays(nowMs, 30), lastDays(nowMs, 60, indiaMs)];
  return [
    {
      name: '30 days of views and visitors',
      body: { site_id, metrics, date_range: thirty },
      raw: { text: `select ${counts} from events where ${utcDays}`, values: [site_id, ...thirty] },
      limitMs: 30,
      atLeast: 50,
    },
    {
      name: 'top 10 paths of 30 days with visitors',
      body: {
        site_id,
        metrics,
        date_range: thirty,
        dimensions: ['path'],
        order_by: [['views', 'desc']],
        pagination: { limit: 10 },
      },
      raw: {
        text: `select path, ${counts} from events where ${utcDays} group by path order by 2 desc, path collate "C" limit 10`,
        values: [site_id, ...thirty],
      },
      limitMs: 80,
      atLeast: 20,
    },
    {
      name: '60 days by day in Asia/Kolkata',
      body: { site_id, metrics, date_range: sixty, dimensions: ['time:day'], timezone: 'Asia/Kolkata' },
      raw: {
        text: `select (timestamp at time zone 'Asia/Kolkata')::date::text, ${counts} from events
where site_id = $1 and timestamp >= $2::date::timestamp at time zone 'Asia/Kolkata'
  and timestamp < ($3::date + 1)::timestamp at time zone 'Asia/Kolkata'
group by 1 order by 1`,
        values: [site_id, ...sixty],
      },
      limitMs: 80,
    },
  ];
}
