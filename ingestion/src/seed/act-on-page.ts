/** Events on a page besides the view. */
import { pick, weightedTexts, wholeNumber } from './draw.js';
import type { Visit } from './open-visit.js';
import { payOrder } from './pay-order.js';
import { HOSTNAME, type PageKind, type Product, products } from './shop-pages.js';
import { subscribe } from './subscribe.js';

type Act = (visit: Visit) => void;

const sometimes =
  (share: number, act: Act): Act =>
  (visit) => {
    if (visit.random() < share) act(visit);
  };

const submit =
  (form: string, action: string): Act =>
  (visit) =>
    visit.addEvent('form_submit', { properties: { form, action } });

const links = [
  'https://tea-gardens.example/visit',
  'https://recipes.example/earl-grey-cake',
  'https://water-quality.example/map',
  'https://www.youtube.com/',
];
const followLink: Act = (visit) => visit.addEvent('outbound', { properties: { url: pick(visit.random, links) } });

const guides = ['brewing-guide.pdf', 'tasting-notes.pdf'];
const download: Act = (visit) => {
  const url = `https://${HOSTNAME}/downloads/${pick(visit.random, guides)}`;
  visit.addEvent('download', { properties: { url } });
};

const subscribeToNewsletter = submit('newsletter', '/newsletter');

const drawMethod = weightedTexts('62 email; 26 google; 12 apple');

/** A visitor signs up only once. */
const signUp: Act = (visit) => {
  if (visit.isReturn) return;
  submit('sign-up', '/account')(visit);
  visit.addEvent('signup', { properties: { method: drawMethod(visit.random) } });
};

/** In chronological order. */
const acts: Readonly<Partial<Record<PageKind, readonly Act[]>>> = {
  home: [sometimes(0.02, subscribeToNewsletter)],
  post: [sometimes(0.03, download), sometimes(0.025, subscribeToNewsletter), sometimes(0.06, followLink)],
  about: [sometimes(0.1, followLink)],
  contact: [sometimes(0.35, submit('contact', '/contact'))],
  box: [sometimes(0.05, download)],
  signUp: [sometimes(0.6, signUp)],
  thanks: [payOrder],
  boxThanks: [subscribe],
  missing: [(visit) => visit.addEvent('not_found')],
};

export function addToCart(visit: Visit): void {
  const product = products.find(({ path }) => path === visit.page.path) as Product;
  const quantity = wholeNumber(visit.random, 1, 3) === 3 ? 2 : 1;
  for (let count = 0; count < quantity; count += 1) visit.cart.push(product);
  const { slug, category, price } = product;
  visit.addEvent('add_to_cart', { profile_id: slug, properties: { product: slug, category, price, quantity } });
}

/** Generates the events of a visitor who stays on the page for `dwellMs`. */
export function actOnPage(visit: Visit, dwellMs: number): void {
  const startMs = visit.nowMs;
  for (const act of acts[visit.page.kind] ?? []) {
    visit.nowMs = Math.round(startMs + dwellMs * (0.3 + 0.6 * visit.random()));
    act(visit);
  }
  visit.nowMs = startMs;
}
