// Texts in the customer's language. A language is a file in texts/ and a line here.
import { browser } from './store.js';
import en from './texts/en.js';
import hi from './texts/hi.js';

const CATALOGUES = { en, hi };
/** What a language calls itself. */
export const LANGUAGES = { en: 'English', hi: 'हिन्दी' };

let language = preferred();

function preferred() {
  const wanted = [browser.get('language'), ...(navigator.languages ?? [])];
  return wanted.map((tag) => tag?.toLowerCase().split('-')[0]).find((tag) => tag in CATALOGUES) ?? 'en';
}

/** The language in use, as a BCP 47 tag. */
export const current = () => language;

/** Uses another language on this page. */
export function speak(tag) {
  language = tag;
}

/** Uses another language from now on, here and when they come back. */
export function use(tag) {
  speak(tag);
  browser.set('language', tag);
}

/** The text of a key, with the values of its {places}. */
export function t(key, values = {}) {
  const text = CATALOGUES[language][key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Whether there is a text of this key. */
export const has = (key) => key in en;

/**
 * Why a step did not pass: sentences, each with its language where that is not the page's. A reviewer's own words stand beside
 * what the code says, and a reason of the merchant's own has nothing but its words.
 */
export function reasons({ reasonCode, message }) {
  const key = `reason.${reasonCode}`;
  if (!reasonCode || !has(key)) return [message ? own(message) : { text: t('reason.NONE') }];
  const said = { text: t(key) };
  return message && message !== en[key] ? [said, own(message)] : [said];
}

const own = (text) => (language === 'en' ? { text } : { text, lang: 'en' });

/** A moment in the customer's time and language. */
export function moment(iso) {
  return new Intl.DateTimeFormat(`${language}-IN`, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** A moment of today or tonight, from which on something is possible: the full minute after it. */
export function hour(date) {
  return new Intl.DateTimeFormat(`${language}-IN`, { timeStyle: 'short' }).format(new Date(Math.ceil(date / 60_000) * 60_000));
}
