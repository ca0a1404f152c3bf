// What stands around every view: whose page it is, the language, the sandbox's label, how far one is, where help is.
import { h } from '/shared/dom.js';
import { LANGUAGES, current, moment, t } from './texts.js';
import { sandboxValues } from './sandbox.js';

/** The top. `branding` is missing where no link told whose page it is. */
export function header(branding, sandboxed, spoken) {
  const languages = Object.entries(LANGUAGES).map(([tag, name]) => h('button', {
    type: 'button', lang: tag, 'aria-pressed': String(tag === current()), onclick: () => spoken(tag),
  }, name));
  return [
    sandboxed && h('p', { class: 'sandboxed' }, h('strong', {}, t('sandbox.label')), ' ', t('sandbox.text')),
    h('div', { class: 'top' },
      branding ? brand(branding) : h('span', {}),
      h('div', { class: 'languages', role: 'group', 'aria-label': t('language') }, languages)),
  ].filter(Boolean);
}

function brand({ displayName, logoUrl }) {
  if (!logoUrl) return h('span', { class: 'brand' }, displayName);
  // From where the page came from, whatever the server calls itself: nothing else may be loaded.
  const { protocol, pathname, search } = new URL(logoUrl, location.href);
  return h('img', { class: 'logo', src: protocol === 'data:' ? logoUrl : pathname + search, alt: displayName });
}

/** The bottom: help, and until when one may come back. */
export function footer(branding, journey) {
  const { supportEmail, supportUrl } = branding ?? {};
  const help = [];
  if (supportEmail) help.push(h('a', { href: `mailto:${encodeURI(supportEmail)}` }, supportEmail));
  if (/^https?:\/\//.test(supportUrl ?? '')) help.push(h('a', { href: supportUrl, rel: 'noreferrer', target: '_blank' }, t('help.page')));
  const open = journey?.expiresAt && ['CREATED', 'IN_PROGRESS'].includes(journey.state);
  return [
    help.length > 0 && h('p', {}, t('help'), ' ', help.flatMap((one, at) => (at > 0 ? [' · ', one] : [one]))),
    open && h('p', {}, t('until', { moment: moment(journey.expiresAt) })),
  ].filter(Boolean);
}

/** How a step stands, in a word. */
function standing(step, currentId) {
  if (step.status === 'COMPLETED') return 'done';
  if (step.id === currentId) return step.canRetry ? 'again' : 'now';
  if (step.status === 'IN_PROGRESS') return 'checking';
  if (step.status === 'NOT_STARTED') return 'later';
  return step.canRetry ? 'again' : 'review';
}

/** How far one is: the steps in order, each with how it stands. */
export function progress(journey, shownId) {
  const { steps } = journey;
  const done = steps.filter(({ status }) => status === 'COMPLETED').length;
  const rows = steps.map((step) => {
    const word = standing(step, shownId ?? journey.currentStep?.id);
    const here = word === 'now' || (word === 'again' && step.id === shownId);
    return h('li', { class: word, 'aria-current': here ? 'step' : null },
      h('span', {}, t(`kind.${step.kind}`)), h('span', { class: 'standing' }, t(`standing.${word}`)));
  });
  return h('nav', { class: 'progress', 'aria-label': t('progress') },
    h('p', {}, t('progress.count', { done, total: steps.length })), h('ol', {}, rows));
}

/** The values that decide in the sandbox, below the step they decide. */
export function values(journey, kind) {
  return journey.mode === 'SANDBOX' && kind ? sandboxValues(kind) : null;
}
