// What new attempts begin with, and how the merchant is called: the default journey, how long links last, where journeys may send back to.
import { html } from '../../../shared/view.js';
import { change } from '../../api.js';
import { Button, Form, Text, refused, useAction } from '../../parts/form.js';
import { Failure, Loading, Refusals, say } from '../../parts/notice.js';
import { Order } from '../../parts/order.js';
import { Zone } from '../../parts/zone.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { lasting } from '../../time.js';
import { useEdits, whole } from './edits.js';
import { Origins } from './origins.js';

const FIELDS = 'name timeZone journey linkValidityHours redirectOrigins';
const QUERY = `{ merchant { id slug mode ${FIELDS} } }`;

export function Journey() {
  const { data, error, reload, set } = useQuery(QUERY, {}, { touches: ({ type }) => type === 'MERCHANT_UPDATED' });
  if (error && !data) return html`<${Failure} error=${error} again=${reload} />`;
  if (!data) return html`<${Loading} what="the journey" />`;
  return html`<${Edit} saved=${data.merchant} onSaved=${(merchant) => set((was) => ({ merchant: { ...was.merchant, ...merchant } }))} />`;
}

const NO_HOURS = { userErrors: [{ field: ['linkValidityHours'], code: 'INVALID', message: 'Enter whole hours: 1 to 8760.' }] };

function Edit({ saved, onSaved }) {
  const { refresh } = useSession();
  const { value, set, clear, edits, dirty } = useEdits('journey', saved);
  const [save, { busy, errors, trouble, forget }] = useAction(async () => {
    if (whole(value('linkValidityHours')) === undefined) return NO_HOURS;
    const answer = await change('merchantUpdate', edits, `merchant { ${FIELDS} }`);
    if (answer.userErrors.length === 0) {
      onSaved(answer.merchant);
      clear();
      refresh();
      say('The settings are saved. New attempts begin with them.');
    }
    return answer;
  });
  const hours = whole(value('linkValidityHours'));
  const origins = value('redirectOrigins');
  const besides = ['name', 'timeZone', 'journey', 'linkValidityHours', 'redirectOrigins', ...origins.map((_, at) => `redirectOrigins.${at}`)];
  return html`<${Form} class="journey" onSubmit=${() => dirty && save()} trouble=${trouble}>
    <section class="card">
      <${Order} legend="Steps of a new attempt" steps=${value('journey')}
        hint="What a customer goes through, in this order, unless other steps are chosen for a link. Attempts that exist keep theirs."
        onSteps=${(steps) => set('journey', steps)} error=${refused(errors, 'journey')} />
    </section>
    <section class="card"><h2>Links</h2>
      <${Text} label="Validity of a link" hint=${`In hours, 1 to 8760${hours > 0 && hours <= 8760 ? `. This is ${lasting(hours * 3600)}.` : '.'}`}
        inputmode="numeric" maxlength="5"
        value=${String(value('linkValidityHours'))} onText=${(text) => set('linkValidityHours', whole(text) ?? text)}
          error=${refused(errors, 'linkValidityHours')} />
      <${Origins} origins=${origins} onOrigins=${(list) => set('redirectOrigins', list)} errors=${errors} />
    </section>
    <section class="card"><h2>Merchant</h2>
      <${Text} label="Name" hint="What your team reads. Customers read the display name of the branding." value=${value('name')}
        onText=${(text) => set('name', text)} maxlength="100" dir="auto" error=${refused(errors, 'name')} />
      <${Zone} label="Time zone" hint="Where your days begin and end: in the overview, in filters and reports." value=${value('timeZone')}
        usual=${saved.timeZone} onText=${(zone) => set('timeZone', zone)} error=${refused(errors, 'timeZone')} />
      <dl class="facts"><dt>Short name</dt><dd><code>${saved.slug}</code></dd>
        <dt>Mode</dt><dd>${saved.mode === 'SANDBOX' ? 'Sandbox: every check is answered by a stand-in' : 'Live'}</dd></dl>
    </section>
    <${Refusals} errors=${errors} besides=${besides} />
    <div class="buttons save"><${Button} type="submit" kind="primary" busy=${busy}>Save<//>
      ${dirty ? html`<button type="button" onClick=${() => { clear(); forget(); }}>Discard changes</button>`
        : html`<span class="hint">Everything is saved.</span>`}</div>
  <//>`;
}
