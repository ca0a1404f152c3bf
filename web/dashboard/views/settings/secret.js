// What is shown once: it is nowhere to be read again.
import { html } from '../../../shared/view.js';
import { Copy, Field } from '../../parts/form.js';

/** A secret in a field to copy it from. */
export const Secret = ({ label, text }) => html`<div class="secret">
  <${Field} label=${label} hint="It is shown this once, and nobody can read it again.">${(given) => html`
    <input type="text" ...${given} readonly value=${text} spellcheck=${false} onFocus=${(event) => event.target.select()} />`}<//>
  <${Copy} text=${text} label="Copy it" />
</div>`;
