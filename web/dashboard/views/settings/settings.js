// Settings: the merchant's look, the journey of new attempts, the team, and API keys. For admins.
import { html } from '../../../shared/view.js';
import { Empty } from '../../parts/notice.js';
import { Page } from '../../parts/page.js';
import { useSession } from '../../session.js';
import { Branding } from './branding.js';
import { Journey } from './journey.js';
import { Keys } from './keys.js';
import { Members } from './members.js';

/** Parts by the end of their address: name and view. */
const PARTS = { branding: ['Branding', Branding], journey: ['Journey', Journey], members: ['Team', Members], keys: ['API keys', Keys] };

export function Settings({ part = 'branding' }) {
  const { can } = useSession();
  if (!can('ADMIN')) {
    return html`<${Page} title="Settings"><${Empty} title="Settings are for admins"><p>Ask an admin of your team for what you need.</p>
      <a class="button" href="/">Go to the Compliance panel</a><//><//>`;
  }
  const [name, Part] = Object.hasOwn(PARTS, part) ? PARTS[part] : [];
  return html`<${Page} title=${name ? `${name} · Settings` : 'Settings'} heading="Settings" wide>
    <nav class="parts" aria-label="Settings"><ul>${Object.entries(PARTS).map(([one, [text]]) => html`
      <li key=${one}><a href=${`/settings/${one}`} aria-current=${one === part ? 'page' : undefined}>${text}</a></li>`)}</ul></nav>
    <div class="settings">${Part ? html`<${Part} />` : html`<${Empty} title="There are no such settings"><p>Choose a part above.</p><//>`}</div>
  <//>`;
}
