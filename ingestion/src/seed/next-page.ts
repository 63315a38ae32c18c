import type { Random } from './create-random.js';
import { weightedTexts } from './draw.js';
import type { PageKind } from './shop-pages.js';

export type Step = PageKind | 'leave';

/** Invented weights of what follows each kind of page. */
const table: Readonly<Record<PageKind, string>> = {
  home: '30 leave; 18 shop; 20 category; 14 product; 8 post; 7 blog; 6 about; 6 box; 5 signUp',
  shop: '24 leave; 34 category; 34 product; 4 box; 3 home; 1 missing',
  category: '24 leave; 50 product; 14 category; 5 home; 4 shop',
  product: '34 leave; 22 product; 16 category; 16 cart; 5 post; 3 shipping; 3 box; 2 signUp',
  cart: '30 leave; 40 checkout; 12 product; 10 category; 6 shipping',
  checkout: '30 leave; 60 thanks; 8 shipping',
  thanks: '66 leave; 18 signUp; 10 home; 6 post',
  box: '50 leave; 14 boxCheckout; 4 signUp; 10 product; 8 about; 8 home; 6 post',
  boxCheckout: '40 leave; 50 boxThanks; 6 shipping',
  boxThanks: '70 leave; 16 home; 14 post',
  blog: '22 leave; 58 post; 10 home; 8 shop',
  post: '50 leave; 18 post; 11 product; 7 blog; 6 home; 3 category; 2 box; 1 missing',
  about: '46 leave; 18 shop; 14 contact; 12 home; 6 post',
  contact: '58 leave; 20 home; 12 shipping; 8 shop',
  shipping: '38 leave; 24 product; 12 home; 10 contact; 10 shop',
  signUp: '40 leave; 24 home; 24 shop; 6 box',
  missing: '56 leave; 26 home; 12 shop; 6 blog',
};

const steps = new Map(Object.entries(table).map(([kind, weights]) => [kind, weightedTexts(weights)]));

/** Draws the kind of the next page, or that the visitor leaves. */
export const nextStep = (kind: PageKind, random: Random): Step => steps.get(kind)!(random) as Step;
