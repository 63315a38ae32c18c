/** What `--help` shows. */
export const helpText = `Usage: npm run import -- FILE --site ID [--url URL] [--include-bots]

Reads a web server's access log in Common or Combined Log Format and sends each line as an event to Millrace.

  FILE            the log, plain or gzip; - reads standard input
  --site ID       the site that the events belong to: 1 to 64 of A-Z a-z 0-9 . _ -
  --url URL       where ingestion listens (default http://localhost:3000)
  --include-bots  import the lines of known bots too; they are skipped otherwise
  --help          show this

A GET answered with 200 or 304 becomes a view, any other request an event of type "request". The client's address
becomes user_id; status, bytes, method and user_agent become properties. Overlong values are cut and the event marked
with the property "truncated".

An event's id comes from its line and the line's number: importing a file again, also one that has grown at its end,
changes nothing. After an import that stopped midway, run the same command again.

Exit code 0: every event was accepted; lines in neither format are counted and shown, but are no failure unless there
is no other line. Exit code 1: something was not accepted, or the file could not be read to its end.
`;
