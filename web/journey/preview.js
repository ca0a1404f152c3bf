// How a journey would look: some of its screens, with made-up data, in a look that is not saved yet. A page of this origin shows
// it in a frame and tells the look; nothing is asked of the server, and nothing here can be pressed.
//
//   frame → page   { type: 'preview-ready' }, once
//   page → frame   { type: 'preview-look', branding, language, mode }, as often as it likes; all but `type` may be left out
//   frame → page   { type: 'preview-shown', ignored, height }: the fields that were no colour, no radius…; pixels
import { h } from '/shared/dom.js';
import { TEXT_VERSION, consentView } from './consent.js';
import { read } from './draft.js';
import { back, calm } from './ends.js';
import { footer, header, progress } from './frame.js';
import { panStep } from './steps/pan.js';
import { LANGUAGES, current, speak, t } from './texts.js';
import { dress } from './theme.js';

const NAME = 'Asha Rao';
const KINDS = ['DIGILOCKER_AADHAAR', 'PAN', 'BANK_PENNY_DROP', 'SELFIE', 'SIGNATURE'];

/** What was told. At first nothing is, and the page has the look of a merchant that has chosen none. */
const shown = { branding: {}, mode: 'SANDBOX' };
const branding = () => ({ displayName: t('preview.company'), ...shown.branding });

/** A journey of nobody's, in which so many steps are done. */
function journey(done) {
  const status = (at) => (at < done ? 'COMPLETED' : 'NOT_STARTED');
  const steps = KINDS.map((kind, at) => ({ id: kind, kind, position: at, status: status(at), canRetry: false, triesLeft: 3 }));
  return {
    branding: branding(), mode: shown.mode, steps, customerName: NAME, consentTextVersion: TEXT_VERSION,
    state: done === KINDS.length ? 'COMPLETED' : 'IN_PROGRESS', currentStep: steps[done], redirectUrl: location.origin,
    expiresAt: new Date(Date.now() + 72 * 3_600_000).toISOString(),
  };
}

const nothing = () => undefined;
/** What views are given; nothing of it is ever called. */
const view = (of, step) => ({ step, journey: of, draft: {}, hold: nothing, refresh: nothing, consented: nothing, leaving: nothing });

function screens() {
  const merchant = branding().displayName;
  const [start, middle, end] = [journey(0), journey(1), journey(KINDS.length)];
  return [
    screen('consent', start, t('consent.title'), consentView(view(start))),
    screen('step', middle, t('kind.PAN'), [h('p', {}, t('step.PAN')), panStep(view(middle, middle.currentStep))], progress(middle, 'PAN')),
    screen('completed', end, t('completed.title'), [calm('completed', 'done', { merchant }), back(end)].flat()),
  ];
}

/** A phone with a page of the journey on it. For the eye: a reader of the screen hears which one it is. */
function screen(name, of, title, body, below) {
  return h('figure', { class: 'screen' },
    h('figcaption', {}, title),
    h('div', { class: 'phone', inert: true },
      h('div', {}, header(branding(), shown.mode === 'SANDBOX', nothing)),
      h('div', { class: 'body' }, h('section', { class: `card ${name}` }, h('p', { class: 'title' }, title), body), below ?? []),
      h('footer', {}, footer(branding(), of))));
}

function render() {
  document.documentElement.lang = current();
  document.title = t('preview.title');
  dress(shown.branding);
  document.getElementById('screens').replaceChildren(h('h1', { class: 'visually-hidden' }, t('preview.title')), ...screens());
}

const tell = (message) => parent !== window && parent.postMessage(message, location.origin);

addEventListener('message', ({ origin, source, data }) => {
  // The frame's own page and nobody else; the policy lets only this origin frame it.
  if (origin !== location.origin || source !== parent || parent === window || data?.type !== 'preview-look') return;
  const { look, ignored } = read(data.branding);
  shown.branding = { ...shown.branding, ...look };
  if (['SANDBOX', 'LIVE'].includes(data.mode)) shown.mode = data.mode;
  if (Object.hasOwn(LANGUAGES, data.language)) speak(data.language);
  render();
  tell({ type: 'preview-shown', ignored, height: document.documentElement.scrollHeight });
});

render();
tell({ type: 'preview-ready' });
