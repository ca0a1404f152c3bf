// Pages on which there is nothing to fill in: waiting, review, the ends, and links that open nothing.
import { h, svg } from '/shared/dom.js';
import { button } from './form.js';
import { t } from './texts.js';

/** How long the last page stands before it leads back, in seconds; the customer may stop it. */
const LEAVES_AFTER = 15;

/** Texts of a page: `KEY.title`, `KEY.text`. The picture says the same at a glance, and nothing to a screen reader. */
export function calm(key, picture, values = {}) {
  return [sign(picture), h('p', {}, t(`${key}.text`, values))];
}

const SIGNS = {
  done: 'M14 25l7 7 13-15',
  wait: 'M24 14v10l7 5',
  stop: 'M24 14v13M24 33v1',
  hand: 'M14 24h20',
};

function sign(name) {
  return svg('svg', { viewBox: '0 0 48 48', class: `sign ${name}`, 'aria-hidden': 'true' },
    svg('circle', { cx: '24', cy: '24', r: '21' }), svg('path', { d: SIGNS[name] }));
}

/** Something is being checked by a machine. */
export function checking(step) {
  return [h('div', { class: 'spinner', 'aria-hidden': 'true' }), h('p', {}, t('checking.text', { step: t(`kind.${step.kind}`) }))];
}

/** The way back to where the customer came from; none where the merchant gave no address. */
export function back(journey) {
  const { redirectUrl } = journey;
  if (!/^https?:\/\//.test(redirectUrl ?? '')) return [];
  const text = t('back', { merchant: journey.branding.displayName });
  return [h('a', { class: 'button primary', href: redirectUrl, rel: 'noreferrer' }, text)];
}

/** The same, and it goes there by itself unless it is told to stay. */
export function backSoon(journey, view) {
  const link = back(journey);
  if (link.length === 0) return [];
  let left = LEAVES_AFTER;
  const count = h('p', { class: 'hint' }, t('back.soon', { seconds: left }));
  const timer = setInterval(() => {
    left -= 1;
    count.textContent = t('back.soon', { seconds: left });
    if (left > 0) return;
    clearInterval(timer);
    location.assign(journey.redirectUrl);
  }, 1000);
  const stop = () => {
    clearInterval(timer);
    count.remove();
    stay.remove();
  };
  const stay = button(t('stay'), { onclick: stop });
  view.leaving(stop);
  return [count, ...link, stay];
}
