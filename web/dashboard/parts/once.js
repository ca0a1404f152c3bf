// The URL of a link, in the one moment in which it can be seen.
import { html } from '../../shared/view.js';
import { useSession } from '../session.js';
import { Copy, Field } from './form.js';
import { Qr } from './qr.js';
import { Ago, Time } from './state.js';

/** The URL with what to do next. `attempt` (its id, and when it expires), where it is known, tells how long the link lasts and where to look. */
export function LinkOnce({ url, attempt }) {
  const { merchant } = useSession();
  return html`<div class="once">
    <${Field} label="KYC link" hint="It is shown this once: nobody, not even the server, can read it again.">${(given) => html`
      <input type="text" class="url" ...${given} readonly value=${url} spellcheck=${false} onFocus=${(event) => event.target.select()} />`}<//>
    <div class="made">
      <p class="buttons"><${Copy} text=${url} label="Copy the link" />
        ${merchant.mode === 'SANDBOX' && html`<a href=${url} target="_blank" rel="noopener noreferrer">Walk it yourself (sandbox)</a>`}</p>
      <h3>What to do next</h3>
      <ol class="next">
        <li>Send it to the customer yourself, by SMS, mail or chat, or let them scan the code. Nothing is sent from here.</li>
        <li>${attempt?.expiresAt ? html`It works until <${Time} at=${attempt.expiresAt} /> (<${Ago} at=${attempt.expiresAt} ahead />).`
          : 'It works until its validity ends.'}
          ${' '}Whoever has it can walk it, so give it to nobody else.</li>
        <li>${attempt ? html`<a href=${`/attempts/${attempt.id}`}>Follow it in the tracker</a>: every step is there as it moves.`
          : 'The tracker shows every step as it moves.'}
          ${' '}If the link gets lost, resend makes another.</li>
      </ol>
    </div>
    <${Qr} text=${url} label="QR code of the KYC link" name="kyc-link" />
  </div>`;
}

/** The answer to a change that was made, but whose URL is gone with the answer that was lost. */
export const Gone = () => html`<p class="notice">The link was made, but the answer with its URL got lost on the way, and it can’t be shown a second time.
  Make a new one: the one that nobody saw stops working.</p>`;
