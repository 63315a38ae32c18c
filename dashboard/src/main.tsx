/** Starts the page. */
import { render } from 'preact';
import './style/base.css';
import './style/page.css';
import './style/top.css';
import './style/panels.css';
import { loadTexts } from './i18n/text.ts';
import { Page } from './page.tsx';
import { followAddress } from './place.ts';
import { loadSession } from './session.ts';
import { followTheme } from './theme.ts';

followTheme();
followAddress();
// The figures do not wait for the texts, nor the texts for who it is.
void loadSession();
void loadTexts().then(() => render(<Page />, document.getElementById('page')!));
