import { init } from './api.js';
import { readAttributes } from './options.js';

init(readAttributes(document.currentScript as HTMLScriptElement));
