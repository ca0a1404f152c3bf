// Forms: a field with its hint and its fault, a button that works, and where to say what went wrong.
import { h } from '/shared/dom.js';
import { Ended, Limited, Offline, Trouble } from './api.js';
import { current, has, hour, t } from './texts.js';

/**
 * A field. `describe` is its name in the texts: `NAME.label`, `NAME.hint`. `check` says what is wrong with a value, as the key of a
 * text. Values outlive the form in `draft`.
 */
export function field({ name, describe, check, draft, ...attributes }) {
  const [hintId, faultId] = [`${name}-hint`, `${name}-fault`];
  const hint = has(`${describe}.hint`) ? h('p', { id: hintId, class: 'hint' }, t(`${describe}.hint`)) : null;
  const fault = h('p', { id: faultId, class: 'fault', hidden: true });
  const input = h('input', {
    id: name, name, type: 'text', required: true, spellcheck: 'false', autocapitalize: 'none',
    'aria-describedby': hint ? `${hintId} ${faultId}` : faultId, ...attributes,
  });
  input.value = draft[name] ?? '';
  const tell = (text, lang) => {
    fault.textContent = text ?? '';
    fault.hidden = !text;
    if (lang) fault.lang = lang;
    else fault.removeAttribute('lang');
    if (text) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  };
  input.addEventListener('input', () => {
    draft[name] = input.value;
    tell();
  });
  return {
    name,
    input,
    tell,
    row: h('div', { class: 'field' }, h('label', { for: name }, t(`${describe}.label`)), hint, input, fault),
    /** Whether the value may be sent; says why not. */
    passes() {
      const found = check(input.value);
      tell(found && t(found));
      return !found;
    },
  };
}

/** A button that shows that it works, and takes no second click meanwhile. */
export function button(text, attributes = {}) {
  const element = h('button', { type: 'button', ...attributes }, h('span', { class: 'label' }, text));
  return Object.assign(element, {
    busy(works) {
      element.setAttribute('aria-disabled', String(works));
      element.classList.toggle('works', works);
    },
    get isBusy() {
      return element.getAttribute('aria-disabled') === 'true';
    },
  });
}

/** Where a view says what went wrong with what was done. */
export function complaint() {
  const element = h('div', { class: 'complaint', role: 'alert' });
  return {
    element,
    say(text, lang) {
      element.replaceChildren(...(text ? [h('p', lang ? { lang } : {}, text)] : []));
    },
  };
}

/**
 * Does something once, with its button busy. `work` answers what the server answered: `done` gets it when nothing was wrong;
 * what was wrong is said at its field, or else above. `hold`: what was sent is checked, and the page waits a moment for it.
 */
export async function perform({ view, control, complain, fields = [], work, done, generic, hold = false }) {
  if (control.isBusy) return;
  control.busy(true);
  complain.say();
  // Before: the stream may tell what came of it sooner than the answer does.
  if (hold) view.hold();
  try {
    const answer = await work();
    if (answer.userErrors.length === 0) return await done(answer);
    blame(answer.userErrors, fields, complain, generic);
    const codes = answer.userErrors.map(({ code }) => code);
    if (codes.includes('LINK_INACTIVE')) view.dead();
    // The page is behind what the server knows.
    else if (codes.some((code) => BEHIND.includes(code))) view.refresh();
  } catch (error) {
    if (error instanceof Ended) return view.ended();
    complain.say(failure(error));
  } finally {
    control.busy(false);
  }
}

const BEHIND = ['INVALID_TRANSITION', 'ATTEMPT_ENDED', 'TRIES_EXHAUSTED', 'NOT_FOUND'];

/** What to tell of an error that is nobody's input. */
export function failure(error) {
  if (error instanceof Offline) return t('error.offline');
  if (error instanceof Limited) return t('error.busy', { moment: hour(error.until) });
  if (error instanceof Trouble && error.reference) return t('error.trouble.reference', { reference: error.reference });
  if (error instanceof Trouble) return t('error.trouble');
  throw error;
}

function blame(errors, fields, complain, generic) {
  let first;
  for (const error of errors) {
    const at = fields.find(({ name }) => name === error.field?.at(-1));
    // The server says exactly what is wrong, in English.
    const own = current() === 'en' && error.message ? error.message : undefined;
    if (at) {
      at.tell(own ?? t(`error.field.${at.name}`));
      first ??= at;
    } else if (has(`error.${error.code}`)) {
      complain.say(t(`error.${error.code}`));
    } else {
      complain.say(own ?? t(generic ?? 'error.other'));
    }
  }
  first?.input.focus();
}

/** A form that checks its fields and sends them. */
export function form({ view, fields, submit, work }) {
  const control = button(submit, { type: 'submit', class: 'primary' });
  const complain = complaint();
  const send = (event) => {
    event.preventDefault();
    const wrong = fields.filter((one) => !one.passes());
    if (wrong.length > 0) return wrong[0].input.focus();
    perform({ view, control, complain, fields, work, hold: true, done: () => view.refresh() });
  };
  return h('form', { novalidate: true, autocomplete: 'off', onsubmit: send }, complain.element, fields.map(({ row }) => row), control);
}
