// Fields with their labels and what is wrong with them, and the buttons that send them.
import { html, useId, useRef, useState } from '../../shared/view.js';
import { SignedOut } from '../api.js';
import { signedOut } from '../session.js';
import { Failure } from './notice.js';

/** What is refused of a field; `path` is the field as `userErrors` name it, like `customer.phone`. */
export const refused = (errors, path) => errors?.filter(({ field }) => field?.join('.') === path).map(({ message }) => message).join(' ') || undefined;

/** A label, a hint and what is wrong around an input. `children` makes the input of the attributes it is given. */
export function Field({ label, hint, error, optional, children }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return html`<div class=${`field${error ? ' wrong' : ''}`}>
    <label for=${id}>${label}${optional && html` <span class="optional">optional</span>`}</label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${children({ id, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined })}
    ${error && html`<p class="wrong" id=${`${id}-error`}>${error}</p>`}
  </div>`;
}

/** A text field. Everything else is given to the input. */
export const Text = ({ label, hint, error, optional, onText, ...rest }) => html`
  <${Field} ...${{ label, hint, error, optional }}>${(given) => html`<input type="text" ...${rest} ...${given} onInput=${(event) => onText(event.target.value)} />`}<//>`;

/** Several lines of text. */
export const Lines = ({ label, hint, error, optional, onText, ...rest }) => html`
  <${Field} ...${{ label, hint, error, optional }}>${(given) => html`<textarea rows="3" ...${rest} ...${given} onInput=${(event) => onText(event.target.value)}></textarea>`}<//>`;

/** One of several. `options` are pairs of value and text. */
export const Choice = ({ label, hint, error, optional, options, value, onText, ...rest }) => html`
  <${Field} ...${{ label, hint, error, optional }}>${(given) => html`
    <select ...${rest} ...${given} value=${value} onChange=${(event) => onText(event.target.value)}>${options.map(([name, text]) => html`
      <option key=${name} value=${name} selected=${name === value}>${text}</option>`)}</select>`}<//>`;

/** Yes or no. */
export const Check = ({ label, checked, onCheck, ...rest }) => html`
  <label class="check"><input type="checkbox" ...${rest} checked=${checked} onChange=${(event) => onCheck(event.target.checked)} />${label}</label>`;

/**
 * Runs an action once at a time: `[run, { busy, errors, trouble, forget }]`. The action answers a payload; its `userErrors` are `errors`,
 * and what was thrown is `trouble`. `run` answers the payload when nothing was refused.
 */
export function useAction(action) {
  const [state, set] = useState({ busy: false, errors: [], trouble: undefined });
  const busy = useRef(false);
  const run = async (...given) => {
    // A double click is one click.
    if (busy.current) return undefined;
    busy.current = true;
    set({ busy: true, errors: [], trouble: undefined });
    try {
      const answer = await action(...given);
      const errors = answer?.userErrors ?? [];
      set({ busy: false, errors, trouble: undefined });
      return errors.length > 0 ? undefined : answer ?? {};
    } catch (error) {
      if (error instanceof SignedOut) signedOut();
      set({ busy: false, errors: [], trouble: error });
      return undefined;
    } finally {
      busy.current = false;
    }
  };
  return [run, { ...state, forget: () => set({ busy: false, errors: [], trouble: undefined }) }];
}

/** A form whose first wrong field gets the focus when it was refused. */
export function Form({ onSubmit, trouble, children, ...rest }) {
  const form = useRef();
  const send = async (event) => {
    event.preventDefault();
    await onSubmit();
    // After what came of it is shown.
    setTimeout(() => form.current?.querySelector('[aria-invalid=true]')?.focus());
  };
  return html`<form ref=${form} novalidate ...${rest} onSubmit=${send}>${children}${trouble && html`<${Failure} error=${trouble} />`}</form>`;
}

/** The button of a form or of an action; it says so when it is at work. It keeps the focus then, which `disabled` would take. */
export const Button = ({ busy, kind, children, onClick, ...rest }) => html`
  <button type="button" ...${rest} class=${kind} aria-disabled=${busy ? 'true' : undefined} aria-busy=${busy ? 'true' : undefined}
    onClick=${(event) => (busy ? event.preventDefault() : onClick?.(event))}>${children}</button>`;

/** Puts a text on the clipboard. */
export function Copy({ text, label = 'Copy' }) {
  const [said, set] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      set('Copied');
    } catch {
      set('Select and copy it by hand');
    }
    setTimeout(() => set(''), 3000);
  };
  return html`<span class="copy"><button type="button" onClick=${copy}>${label}</button><span role="status">${said}</span></span>`;
}
