import { h } from '/shared/dom.js';
import { consent } from './api.js';
import { button, complaint, perform } from './form.js';
import { current, t } from './texts.js';

/** The version of the text that stands in the catalogues. */
export const TEXT_VERSION = '2026-11-23';

/** What is asked for, of whom and why; yes and no are both answers. */
export function consentView(view) {
  const { journey } = view;
  const complain = complaint();
  const names = { merchant: journey.branding.displayName };
  const say = (accepted) => (control) => perform({
    view, control, complain,
    work: () => consent({ accepted, textVersion: TEXT_VERSION, language: current() }),
    done: () => view.consented(accepted),
  });
  const yes = button(t('consent.yes'), { class: 'primary', onclick: () => say(true)(yes) });
  const no = button(t('consent.no'), { onclick: () => say(false)(no) });
  // Another text than this page has: the server would refuse it.
  if (journey.consentTextVersion !== TEXT_VERSION) {
    return [h('p', {}, t('consent.old')), button(t('reload'), { class: 'primary', onclick: () => location.reload() })];
  }
  const kinds = journey.steps.map(({ kind }) => h('li', {}, t(`consent.what.${kind}`)));
  return [
    h('p', {}, t('consent.lead', { ...names, customer: journey.customerName })),
    h('h2', {}, t('consent.what')),
    h('ul', {}, kinds),
    h('h2', {}, t('consent.why')),
    h('p', {}, t('consent.why.text', names)),
    h('h2', {}, t('consent.rights')),
    h('p', {}, t('consent.rights.text', names)),
    complain.element, yes, no,
  ];
}
