/** The pages of an invented shop that sells tea and has a blog. */
import { type Draw, weighted } from './draw.js';

export const HOSTNAME = 'teahouse.example';

export type PageKind =
  | 'home'
  | 'shop'
  | 'category'
  | 'product'
  | 'cart'
  | 'checkout'
  | 'thanks'
  | 'box'
  | 'boxCheckout'
  | 'boxThanks'
  | 'blog'
  | 'post'
  | 'about'
  | 'contact'
  | 'shipping'
  | 'signUp'
  | 'missing';

export interface Page {
  kind: PageKind;
  path: string;
  title: string;
}

export interface Product extends Page {
  /** In the path and in properties. */
  slug: string;
  category: string;
  /** In any currency. */
  price: number;
}

const page = (kind: PageKind, path: string, name: string): Page => ({ kind, path, title: `${name} – Teahouse` });

const product = (category: string, slug: string, name: string, price: number): Product => ({
  ...page('product', `/products/${slug}`, name),
  ...{ slug, category, price },
});

/** Best sellers first. */
export const products: readonly Product[] = [
  product('green', 'sencha', 'Sencha', 14.5),
  product('green', 'matcha', 'Ceremonial Matcha', 32),
  product('black', 'earl-grey', 'Earl Grey', 10.9),
  product('black', 'assam', 'Assam', 11.5),
  product('herbal', 'ginger-lemon', 'Ginger and Lemon', 8.4),
  product('teaware', 'travel-infuser', 'Travel Infuser', 24),
  product('green', 'jasmine-pearls', 'Jasmine Pearls', 18),
  product('herbal', 'rooibos', 'Rooibos', 8.9),
  product('black', 'darjeeling', 'Darjeeling First Flush', 21),
  product('teaware', 'glass-cups', 'Double-Walled Glass Cups', 29),
  product('herbal', 'chamomile', 'Chamomile', 7.9),
  product('teaware', 'cast-iron-teapot', 'Cast Iron Teapot', 64),
  product('green', 'gunpowder', 'Gunpowder', 9.8),
  product('black', 'lapsang', 'Lapsang Souchong', 13.2),
  product('teaware', 'bamboo-whisk', 'Bamboo Whisk', 19.5),
];

const post = (slug: string, name: string) => page('post', `/blog/${slug}`, name);

/** Most read first. */
export const posts: readonly Page[] = [
  post('how-to-brew-green-tea', 'How to Brew Green Tea'),
  post('matcha-without-lumps', 'Matcha without Lumps'),
  post('caffeine-in-tea', 'How Much Caffeine Is in Your Cup?'),
  post('water-temperature', 'Does Water Temperature Matter? We Measured'),
  post('cold-brew', 'Cold Brew, Overnight'),
  post('oolong-explained', 'Oolong, Explained'),
  post('how-to-store-tea', 'How to Store Tea'),
  post('loose-leaf-or-bag', 'Loose Leaf or Bag?'),
  post('teapot-care', 'Caring for a Cast Iron Teapot'),
  post('a-day-in-a-tea-garden', 'A Day in a Tea Garden'),
  post('tea-for-the-evening', 'Tea for the Evening'),
];

/** Draws the first value often, the last rarely. */
const firstMore = <Value>(values: readonly Value[]): Draw<Value> =>
  weighted(values.map((value, index) => [value, 0.15 + 0.8 ** index]));

const drawCategory = firstMore([
  page('category', '/shop/green', 'Green Tea'),
  page('category', '/shop/black', 'Black Tea'),
  page('category', '/shop/teaware', 'Teaware'),
  page('category', '/shop/herbal', 'Herbal Tea'),
]);

const drawProduct = firstMore(products);

const always = (kind: PageKind, path: string, name: string): Draw<Page> => {
  const only = page(kind, path, name);
  return () => only;
};

/** A page of each kind. */
export const drawPage: Readonly<Record<PageKind, Draw<Page>>> = {
  home: always('home', '/', 'Tea from Small Gardens'),
  shop: always('shop', '/shop', 'Shop'),
  category: drawCategory,
  product: drawProduct,
  cart: always('cart', '/cart', 'Your Cart'),
  checkout: always('checkout', '/checkout', 'Checkout'),
  thanks: always('thanks', '/checkout/thanks', 'Thank You'),
  box: always('box', '/tea-box', 'The Tea Box: Four Teas a Month'),
  boxCheckout: always('boxCheckout', '/tea-box/checkout', 'Tea Box: Checkout'),
  boxThanks: always('boxThanks', '/tea-box/welcome', 'Welcome to the Tea Box'),
  blog: always('blog', '/blog', 'Blog'),
  post: firstMore(posts),
  about: always('about', '/about', 'About Us'),
  contact: always('contact', '/contact', 'Contact'),
  shipping: always('shipping', '/shipping', 'Shipping and Returns'),
  signUp: always('signUp', '/account/sign-up', 'Create an Account'),
  missing: firstMore([
    page('missing', '/products/oolong-sampler', 'Page Not Found'),
    page('missing', '/blog/winter-teas', 'Page Not Found'),
    page('missing', '/shop/gifts', 'Page Not Found'),
  ]),
};
