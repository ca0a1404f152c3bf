// Single keys for those who go through the queue all day. They do nothing where one types, and can be switched off.
import { html, useEffect, useRef, useState } from '../../../shared/view.js';
import { Dialog } from '../../parts/dialog.js';
import { Check } from '../../parts/form.js';

const REMEMBERED = 'kyc:shortcuts';

const KEYS = [
  ['j', 'Next in the queue'], ['k', 'Previous in the queue'], ['d', 'Decide what waits on a reviewer'], ['h', 'Place a hold'],
  ['t', 'Go to the tracker'], ['?', 'Show these shortcuts'],
];

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) !== 'off';
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(REMEMBERED, on ? 'on' : 'off');
  } catch {
    // It is full, or closed to us.
  }
}

const TYPED_IN = 'input, textarea, select, [contenteditable]';

/** Listens for keys; `actions` has a function for each that does something. `[on, setOn]`. */
export function useKeys(actions) {
  const [on, setOn] = useState(remembered);
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    if (!on) return undefined;
    const press = (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
      if (event.target.closest?.(TYPED_IN) || document.querySelector('dialog[open]')) return;
      const act = latest.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [on]);
  return [on, (next) => {
    setOn(next);
    remember(next);
  }];
}

export const Shortcuts = ({ on, onSwitch, onClose }) => html`<${Dialog} title="Keyboard shortcuts" onClose=${onClose}>
  <dl class="keys" data-off=${on ? undefined : ''}>${KEYS.map(([key, text]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
  <${Check} label="Single keys do something on this page" checked=${on} onCheck=${onSwitch} />
<//>`;
