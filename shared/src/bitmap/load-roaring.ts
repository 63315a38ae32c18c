/** Turns what the installation has got into an implementation of Roaring bitmaps: native, or WebAssembly everywhere else. */
import { createRequire } from 'node:module';
import type { RoaringPackage } from './roaring-bitmap.js';

const require = createRequire(import.meta.url);

/** The package with a part compiled for this machine; undefined where there is none. */
export function loadNativeRoaring(): RoaringPackage | undefined {
  try {
    return require('roaring') as RoaringPackage;
  } catch {
    return undefined;
  }
}

/** The package that runs wherever Node does. */
export const loadWasmRoaring = (): RoaringPackage => require('roaring-wasm') as RoaringPackage;
