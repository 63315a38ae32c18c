/** What `--help` shows. */
export const helpText = `Usage: npm run seed -- --site ID [options]

Sends invented traffic of a small shop with a blog to Millrace, to try it out: visitors come from search engines,
assistants, networks, newsletters and advertisements, look around, buy, and come again; now and then a post goes round,
and bots come by.

  --site ID              the site that gets it, best one of its own: 1 to 64 of A-Z a-z 0-9 . _ -
  --days N               how many days (default 60)
  --until DAY            the last day, YYYY-MM-DD in UTC (default: today, up to now)
  --visitors-per-day N   on average (default 300, which makes some 1,900 events a day)
  --seed TEXT            another text makes other traffic (default: the site's id)
  --url URL              where ingestion listens (default: MILLRACE_URL, else a running npm start,
                         else http://localhost:3000)
  --key KEY              an access key, where ingestion wants one; better in MILLRACE_KEY, which no list of processes shows
  --help                 show this

The same options make the same events, with the same ids. So the same command may be run again, after it was
interrupted or on a later day: what was sent before counts once, and only the days since then are new.

Exit code 0: every event was accepted. Exit code 1: something was not accepted.
`;
