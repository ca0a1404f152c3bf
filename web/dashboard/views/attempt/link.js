// The attempt's link: whether it can be walked, and what can be done with it.
import { html, useEffect } from '../../../shared/view.js';
import { LinkActions } from '../../parts/links.js';
import { Ago, Time } from '../../parts/state.js';
import { useNow } from '../../time.js';
import { count, isOpen, word } from '../../words.js';

export const Link = ({ attempt, desk }) => {
  const { link } = attempt;
  const open = isOpen(attempt);
  // A link that runs out is no event where the attempt goes on without it.
  const now = useNow();
  const over = link?.state === 'ACTIVE' && new Date(link.expiresAt) < now;
  useEffect(() => {
    if (over) desk.reload();
  }, [over]);
  return html`<section class="card" aria-labelledby="link"><h2 id="link">KYC link</h2>
    ${link ? html`<dl class="facts">
      <dt>State</dt><dd>${word('link', link.state)}</dd>
      <dt>${link.state === 'ACTIVE' ? 'Expires' : 'Valid until'}</dt><dd><${Time} at=${link.expiresAt} />${link.state === 'ACTIVE' && html` <span class="none"><${Ago} at=${link.expiresAt} ahead /></span>`}</dd>
      <dt>Opened</dt><dd>${link.openCount === 0 ? html`<span class="none">never</span>` : html`${count(link.openCount, 'time')}, last <${Ago} at=${link.lastOpenedAt} />`}</dd>
      <dt>Issued</dt><dd>${count(link.issuedCount, 'time')}</dd></dl>`
      : html`<p class="note">${open ? 'This attempt was created without a link: it is driven by the API alone, and does not expire.' : 'This attempt had no link.'}</p>`}
    <${LinkActions} attempt=${attempt} onChanged=${desk.reload} />
  </section>`;
};
