/** What `--help` shows. */
export const helpText = `Usage: npm run import -- FILE... --site ID [options]

Reads access logs of web servers and sends each line as an event to Millrace.

  FILE                 logs, plain or gzip; patterns such as 'logs/*.gz'; - reads standard input
  --site ID            the site that the events belong to: 1 to 64 of A-Z a-z 0-9 . _ -
  --url URL            where ingestion listens (default: MILLRACE_URL, else a running npm start,
                       else http://localhost:3000)
  --key KEY            an access key, where ingestion wants one; better in MILLRACE_KEY, which no list of processes shows
  --format NAME        combined (also common), json (caddy, traefik, nginx), w3c (iis, cloudfront), alb (elb);
                       otherwise found by looking at the first lines
  --json-fields LIST   where a JSON log has its fields, as in time=ts,client=ip; names on the left: time, client, request,
                       method, target, query, hostname, status, bytes, referrer, user_agent
  --source NAME        tells equal lines of two servers apart: give each server's logs a name of its own
  --identity KIND      content (default); line-number for a log whose import began with a release before 0.4.0
  --include-bots       import the lines of known bots too, with their name in column bot: questions count them only where
                       they say include_bots; without this option they are skipped
  --show-bots          list the user agents that were skipped as bots, with counts
  --count-assets       count style sheets, scripts, images, fonts, feeds and robots.txt as views too
  --include-unfinished import a last line without line end too; it may be cut off, and is left out otherwise
  --hostname PATTERN   only lines of this host; * stands for any text; may be given several times
  --path PATTERN       only lines of this path, as in '/blog/*'; may be given several times
  --max-unparsable N   how many percent of a file's lines may be unreadable (default 5)
  --dry-run            read and count, send nothing
  --help               show this

Formats: Common and Combined Log Format, both with a virtual host in front and with anything behind; JSON lines of
Caddy 2, Traefik and nginx (escape=json); W3C Extended with its #Fields line, as IIS and CloudFront write it; access
logs of AWS's load balancers.

A GET answered with 200 or 304 becomes a view, unless it asked for an asset: a path that ends in .css .js .mjs .map .ico
.gif .jpg .jpeg .png .webp .avif .svg .bmp .tif .tiff .woff .woff2 .ttf .otf .eot .xml .rss .atom, or /robots.txt. That
becomes an event of type "asset", any other request one of type "request".

The client's address becomes user_id: without port, IPv6 in its short form, the first of a list of forwarded addresses.
status, bytes, method, user_agent, query and hostname become properties. Percent-encoding is brought into one form.
Overlong values are cut and the event marked with the property "truncated".

An event's id comes from the line itself, and from its ordinal where a file holds equal lines: three equal lines count
three times, but the same line in two files counts once. So files may overlap, be rotated, cut, joined and imported
again. A last line without a line end may still be written on: it is left out, which the summary says, and counts once
it is complete (a JSON line is when its braces are). Only a file joined of overlapping ones may count the stretch that
it holds twice (unless 250,000 other lines lie between): give such files as several arguments instead. After an import
that stopped midway, run the same command again.

Exit code 0: every event was accepted. Exit code 1: something was not accepted, more of a file was unreadable than
--max-unparsable allows, or a file could not be read to its end.
`;
