import { createHash } from 'node:crypto';
import { createCommand } from '@millrace/shared/access/require-scope';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; place-content: center; min-height: 90vh; margin: 0; padding: 1rem; }
main { max-width: 26rem; }
label, input, button { display: block; box-sizing: border-box; width: 100%; font: inherit; }
input, button { margin: .3rem 0 1rem; padding: .5rem; }
code { font-size: .9em; }
[role=alert] { border-left: .25rem solid #c33; padding-left: .75rem; }
`;

/** Content-Security-Policy: no scripts, only the style above, forms only to this service. */
export const loginPagePolicy = [
  "default-src 'none'",
  'img-src data:',
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = (title: string, content: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Millrace</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Millrace</h1>
${content}
</main>
</body>
</html>
`;

/** `message` is not escaped, so it must never contain user input. */
export const loginPage = (message?: string) =>
  page(
    'Log in',
    `${message === undefined ? '' : `<p role="alert">${message}</p>`}
<form method="post" action="/admin/login">
<label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" maxlength="200" required autofocus>
<button>Log in</button>
</form>
<p><code>npm start</code> keeps an admin key in <code>.millrace/admin-key</code>;
<code>${createCommand('admin')}</code> creates another one.</p>`,
  );

export const logoutPage = page(
  'Log out',
  `<form method="post" action="/admin/logout">
<button>Log out</button>
</form>
<p><a href="/admin/queues">Back to the queues</a></p>`,
);
