// The customer's journey: which view is shown, and when it gives way to another. The server decides what comes next; this page
// only never takes a form away from under somebody's fingers.
import { h } from '/shared/dom.js';
import { Ended, Inactive, Limited, load, open, random } from './api.js';
import { consentView } from './consent.js';
import { back, backSoon, calm, checking } from './ends.js';
import { button, failure } from './form.js';
import { footer, header, progress, values } from './frame.js';
import { follow, fresh, toldSoon } from './live.js';
import { browser, tab } from './store.js';
import { bankStep } from './steps/bank.js';
import { digilockerStep } from './steps/digilocker.js';
import { panStep } from './steps/pan.js';
import { selfieStep } from './steps/selfie.js';
import { signatureStep } from './steps/signature.js';
import { current, hour, reasons, t, use } from './texts.js';
import { dress } from './theme.js';

const STEPS = {
  DIGILOCKER_AADHAAR: digilockerStep, PAN: panStep, BANK_PENNY_DROP: bankStep, SELFIE: selfieStep, SIGNATURE: signatureStep,
};
/** How long a check may keep the next step waiting, in milliseconds: most answer sooner, and then nobody is sent back. */
const PATIENCE = 6000;
const OVER = { COMPLETED: 'completed', REJECTED: 'rejected', EXPIRED: 'expired' };
const LINKS = { EXPIRED: 'link.expired', REVOKED: 'link.revoked', ENDED: 'link.ended', REPLACED: 'link.replaced', UNKNOWN: 'link.unknown' };

const part = (id) => document.getElementById(id);
const state = { journey: undefined, branding: undefined, mode: undefined, end: undefined, reached: true, held: undefined, declined: false };
const drafts = {};
let shown = { key: undefined, step: undefined, left: [] };
let stop;

/** What to show of a journey: a name, and the step it is about. */
function choose(journey) {
  if (OVER[journey.state]) return { name: OVER[journey.state] };
  if (state.end) return { name: state.end };
  if (!journey.consentedAt) return { name: state.declined ? 'declined' : 'consent' };
  const byId = (id) => journey.steps.find((step) => step.id === id);
  const held = byId(state.held?.id);
  if (held?.status === 'IN_PROGRESS' && Date.now() < state.held.until) return { name: 'checking', step: held };
  const now = byId(journey.currentStep?.id);
  if (now) {
    // Another one needs them again while they fill in this one: they are told, and go when they like.
    const mine = byId(shown.step);
    const typed = Object.values(drafts[shown.step] ?? {}).some(Boolean);
    const todo = mine && ['NOT_STARTED', 'FAILED', 'REQUIRES_ACTION'].includes(mine.status);
    if (typed && todo && state.put !== mine.id && mine.id !== now.id && now.position < mine.position) return { name: 'step', step: mine, first: now };
    return { name: 'step', step: now };
  }
  const busy = journey.steps.find(({ status }) => status === 'IN_PROGRESS');
  if (busy) return { name: 'checking', step: busy };
  return { name: journey.underReview ? 'review' : 'waiting' };
}

function render() {
  document.documentElement.lang = current();
  const { journey } = state;
  // What somebody may stand on with the keyboard is not put in anew for nothing.
  const around = JSON.stringify([current(), state.branding, state.mode, journey?.state, journey?.expiresAt]);
  if (around !== state.around) {
    state.around = around;
    part('header').replaceChildren(...header(state.branding, state.mode === 'SANDBOX', speak));
    part('footer').replaceChildren(...footer(state.branding, journey));
  }
  if (!journey) return show({ name: state.end ?? 'loading' });
  show(choose(journey));
}

function show(choice) {
  const { name, step, first } = choice;
  const { journey } = state;
  const key = JSON.stringify([
    name, step?.id, name === 'step' && [step.status, step.reasonCode, step.triesLeft], first?.id, current(), state.branding?.displayName,
  ]);
  const around = journey && !state.end && !OVER[journey.state] && journey.consentedAt;
  if (shown.key !== key) {
    shown.left.forEach((leave) => leave());
    const initial = shown.key === undefined || shown.name === 'loading';
    if (step && step.id !== state.put) state.put = undefined;
    const spoken = shown.name === name && shown.step === step?.id && shown.language !== current();
    shown = { key, name, step: step?.id, left: [], language: current() };
    const heading = h('h1', { tabindex: '-1' }, title(choice));
    const offline = h('div', { id: 'offline', role: 'status' });
    part('main').replaceChildren(offline, h('section', { class: `card ${name}` }, heading, body(choice)), h('div', { id: 'progress' }));
    document.title = [heading.textContent, state.branding?.displayName].filter(Boolean).join(' · ');
    // A reader hears where they are; who only changed the language stays at the switch.
    if (spoken) part('header').querySelector('[aria-pressed=true]')?.focus();
    else if (!initial || step) heading.focus({ preventScroll: initial });
    if (!initial && !spoken) scrollTo(0, 0);
  }
  part('progress').replaceChildren(...(around ? [progress(journey, name === 'step' ? step.id : undefined)] : []));
  part('offline').replaceChildren(...(state.reached ? [] : [h('p', { class: 'offline' }, t('offline'))]));
}

function title({ name, step }) {
  if (name === 'step') return t(`kind.${step.kind}`);
  return t(`${LINKS[name] ?? name}.title`, { merchant: state.branding?.displayName ?? '' });
}

function body(choice) {
  const { name, step, first } = choice;
  const { journey } = state;
  const merchant = state.branding?.displayName ?? '';
  switch (name) {
    case 'loading': return h('div', { class: 'spinner', 'aria-hidden': 'true' });
    case 'unreached': return [calm('unreached', 'stop'), button(t('again'), { class: 'primary', onclick: begin })];
    case 'busy': return [calm(name, 'wait', { moment: hour(state.until) }), button(t('again'), { class: 'primary', onclick: begin })].flat();
    case 'consent': return consentView(view());
    case 'declined': return [calm(name, 'hand', { merchant }), button(t('declined.again'), { onclick: reconsider }), back(journey)].flat();
    case 'checking': return checking(step);
    case 'step': return stepBody(step, first);
    case 'completed': return [calm(name, 'done', { merchant }), backSoon(journey, view())].flat();
    case 'rejected':
    case 'expired':
    case 'review':
    case 'waiting': return [calm(name, name === 'review' || name === 'waiting' ? 'wait' : 'stop', { merchant }), back(journey)].flat();
    default: return calm(LINKS[name] ?? name, name === 'ENDED' ? 'done' : 'stop', { merchant });
  }
}

function stepBody(step, first) {
  const again = step.status === 'FAILED' || step.status === 'REQUIRES_ACTION';
  return [
    first && h('div', { class: 'moved', role: 'status' },
      h('p', {}, t('moved', { step: t(`kind.${first.kind}`) })), button(t('moved.go'), { onclick: () => go(step) })),
    again && h('div', { class: 'reason' },
      reasons(step).map(({ text, lang }) => h('p', { lang }, text)),
      step.status === 'FAILED' && h('p', { class: 'hint' }, t(step.triesLeft === 1 ? 'tries.last' : 'tries', { tries: step.triesLeft }))),
    h('p', {}, t(`step.${step.kind}`)),
    STEPS[step.kind](view(step)),
    values(state.journey, step.kind),
  ];
}

/** What a view is given. */
function view(step) {
  const mine = shown;
  return {
    step,
    journey: state.journey,
    draft: (drafts[step?.id] ??= {}),
    leaving: (work) => mine.left.push(work),
    focus: () => part('main').querySelector('h1').focus(),
    hold: () => hold(step),
    async consented(accepted) {
      state.declined = !accepted;
      if (accepted) await refresh();
      else render();
    },
    refresh,
    ended: over,
    dead() {
      state.end = 'dead';
      render();
    },
  };
}

/** Waits a moment for what comes of a step, before the next one is shown. */
function hold(step) {
  state.held = { id: step.id, until: Date.now() + PATIENCE };
  setTimeout(render, PATIENCE + 50);
}

/** Leaves a step that is half filled in for one that comes first. What was typed is there when they are back. */
function go(step) {
  state.put = step.id;
  render();
}

function reconsider() {
  state.declined = false;
  render();
}

function speak(language) {
  use(language);
  render();
}

/** The journey as the server tells it. */
function told(journey) {
  const before = state.journey;
  state.journey = journey;
  Object.assign(state, { branding: journey.branding, mode: journey.mode });
  dress(journey.branding);
  for (const step of journey.steps) {
    const was = before?.steps.find(({ id }) => id === step.id);
    // What was typed is there to be mended until it has passed; it is nowhere but in this page's memory.
    if (step.status === 'COMPLETED') delete drafts[step.id];
    if (was && was.status !== step.status && step.status === 'COMPLETED') {
      part('news').textContent = t('news.done', { step: t(`kind.${step.kind}`) });
    }
  }
  render();
  if (OVER[journey.state]) stop?.();
}

/** Looks what has become of the journey. */
async function refresh() {
  if (await toldSoon()) return;
  try {
    const journey = await fresh();
    reached(true);
    if (journey) told(journey);
    else render();
  } catch (error) {
    lost(error);
  }
}

function lost(error) {
  if (error instanceof Ended) return over();
  failure(error);
  reached(false);
}

function reached(is) {
  if (state.reached === is) return;
  state.reached = is;
  render();
}

/** There is no session any more. What was seen of the journey is not shown to whoever has the browser now. */
function over() {
  stop?.();
  Object.assign(state, { journey: undefined, end: 'elsewhere' });
  render();
}

/** The token in the address, which goes away at once; kept until a session was made of it. */
function token() {
  const found = location.hash.slice(1);
  if (found) {
    history.replaceState(null, '', location.pathname);
    tab.set('token', found);
  }
  return found || tab.get('token');
}

/** What this browser has made up, so that a lost answer to the exchange can be asked for again. */
function nonce() {
  const kept = browser.get('nonce') ?? random();
  browser.set('nonce', kept);
  return kept;
}

/** Whether DigiLocker sent the customer back, so that its answer is on the way; the back button is no answer. */
function isBack() {
  const was = tab.get('away');
  tab.set('away', null);
  return was && performance.getEntriesByType('navigation')[0]?.type === 'navigate';
}

async function begin() {
  stop?.();
  Object.assign(state, { journey: undefined, end: undefined });
  const link = token();
  render();
  try {
    if (link) {
      await open(link, nonce());
      tab.set('token', null);
    }
    const journey = await load();
    if (isBack()) journey.steps.filter(({ kind }) => kind === 'DIGILOCKER_AADHAAR').forEach(hold);
    told(journey);
    if (!OVER[state.journey.state]) stop = follow({ told, reached, ended: over });
  } catch (error) {
    if (error instanceof Inactive) {
      tab.set('token', null);
      Object.assign(state, { end: error.link in LINKS ? error.link : 'UNKNOWN', branding: error.branding, mode: error.mode });
      if (error.branding) dress(error.branding);
    } else if (error instanceof Limited) Object.assign(state, { end: 'busy', until: error.until });
    else if (error instanceof Ended) state.end = 'missing';
    else {
      failure(error);
      state.end = 'unreached';
    }
    render();
  }
}

addEventListener('hashchange', () => location.hash.length > 1 && begin());
addEventListener('offline', () => reached(false));
addEventListener('online', () => state.journey && refresh());
// Back from DigiLocker by the back button: the page is as it was left, the journey is not.
addEventListener('pageshow', (event) => event.persisted && begin());
addEventListener('pagehide', () => stop?.());
begin();
