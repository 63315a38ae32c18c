/** The script of a page: starts with what its tag says. */
import { init } from './api.js';
import { readAttributes } from './options.js';

init(readAttributes(document.currentScript as HTMLScriptElement));
