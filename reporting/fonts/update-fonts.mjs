/** Copies the fonts of PDF reports out of their npm packages: `node reporting/fonts/update-fonts.mjs`, then commit what changed. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '5.3.0';

/**
 * In the order in which they are asked for a character: the listing of this folder is the chain. Noto Sans Arabic draws the dots of a
 * letter apart, which copied text does not survive, so it comes only after Plex, for the letters that Plex has not.
 */
const copied = [
  ['noto-sans', 'latin', [400, 700]],
  ['noto-sans', 'latin-ext', [400, 700]],
  ['noto-sans', 'cyrillic', [400, 700]],
  ['noto-sans', 'cyrillic-ext', [400, 700]],
  ['noto-sans', 'greek', [400, 700]],
  ['noto-sans', 'greek-ext', [400, 700]],
  ['noto-sans', 'vietnamese', [400, 700]],
  ['noto-sans', 'devanagari', [400, 700]],
  ['noto-sans-hebrew', 'hebrew', [400, 700]],
  ['ibm-plex-sans-arabic', 'arabic', [400, 700]],
  ['noto-sans-arabic', 'arabic', [400]],
  ['noto-sans-math', 'latin', [400]],
];

const folder = import.meta.dirname;
const unpacked = mkdtempSync(join(tmpdir(), 'millrace-fonts-'));
try {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.woff'))) rmSync(join(folder, name));
  for (const name of new Set(copied.map(([family]) => family))) unpack(name);
  copied.forEach(([family, script, weights], place) => {
    for (const weight of weights) copyFont(family, `${family}-${script}-${weight}-normal.woff`, place);
  });
} finally {
  rmSync(unpacked, { recursive: true });
}

function unpack(name) {
  execFileSync('npm', ['pack', `@fontsource/${name}@${version}`], { cwd: unpacked, stdio: 'inherit' });
  execFileSync('tar', ['-xzf', `fontsource-${name}-${version}.tgz`], { cwd: unpacked });
  execFileSync('mv', ['package', name], { cwd: unpacked });
  copyFileSync(join(unpacked, name, 'LICENSE'), join(folder, `LICENSE-${name}.txt`));
}

function copyFont(family, file, place) {
  const number = String(place + 1).padStart(2, '0');
  copyFileSync(join(unpacked, family, 'files', file), join(folder, `${number}-${file}`));
}
