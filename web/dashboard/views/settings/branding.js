// The merchant's look on the pages that customers see: changed, previewed, and saved when it can be read.
import { html, useState } from '../../../shared/view.js';
import { change, ours } from '../../api.js';
import { Button, Form, Text, refused, useAction } from '../../parts/form.js';
import { Failure, Loading, Refusals, say } from '../../parts/notice.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { Colour } from './colour.js';
import { useEdits, whole } from './edits.js';
import { Logo } from './logo.js';
import { Preview, useRefusals } from './preview.js';

const LOOK = 'displayName logoUrl primaryColor backgroundColor surfaceColor textColor cornerRadius supportEmail supportUrl updatedAt';
const QUERY = `{ merchant { id branding { ${LOOK} } } }`;

const COLOURS = [
  ['primaryColor', 'Primary colour', 'Buttons and links'],
  ['backgroundColor', 'Background colour', 'The page'],
  ['surfaceColor', 'Surface colour', 'Cards and fields'],
  ['textColor', 'Text colour', 'On the page and on cards'],
];

const FIELDS = ['displayName', ...COLOURS.map(([name]) => name), 'cornerRadius', 'supportEmail', 'supportUrl'];

/** A field that is empty has its default again. */
const inputOf = (edits) => Object.fromEntries(Object.entries(edits).map(([name, value]) => [name, value === '' ? null : value]));

const NO_RADIUS = [{ field: ['cornerRadius'], code: 'INVALID', message: 'Choose 0 to 32 pixels.' }];

export function Branding() {
  const { data, error, reload, set } = useQuery(QUERY, {}, { touches: ({ type }) => type === 'BRANDING_UPDATED' || type === 'MERCHANT_UPDATED' });
  if (error && !data) return html`<${Failure} error=${error} again=${reload} />`;
  if (!data) return html`<${Loading} what="the look" />`;
  return html`<${Look} saved=${data.merchant.branding}
    onSaved=${(branding) => set((was) => ({ merchant: { ...was.merchant, branding: { ...was.merchant.branding, ...branding } } }))} />`;
}

function Look({ saved, onSaved }) {
  const { merchant, refresh } = useSession();
  const { value, set, clear, edits, dirty } = useEdits('branding', saved);
  const [logo, setLogo] = useState();
  const input = inputOf(edits);
  // The API takes a number: what is none yet is refused here, in the words of the server.
  const noRadius = typeof input.cornerRadius === 'string';
  const foreseen = useRefusals(noRadius ? { ...input, cornerRadius: undefined } : input).concat(noRadius ? NO_RADIUS : []);
  const took = (branding) => {
    onSaved(branding);
    refresh();
  };
  const [save, { busy, errors: told, trouble, forget }] = useAction(async () => {
    if (noRadius) return { userErrors: NO_RADIUS };
    const answer = await change('brandingUpdate', input, `branding { ${LOOK} }`);
    if (answer.userErrors.length === 0) {
      took(answer.branding);
      clear();
      say('The look is saved. Customers see it from now on.');
    }
    return answer;
  });
  // What is known before saving is newer than what was said at the last try.
  const errors = foreseen.length > 0 ? foreseen : told;
  const at = (name) => errors.filter(({ field }) => field?.join('.') === name);
  const put = (name) => (next) => {
    if (told.length > 0) forget();
    set(name, next);
  };
  const text = (name) => ({ value: value(name) ?? '', onText: put(name), error: refused(errors, name) });
  // As it would be saved; what is no colour yet the frame leaves as it was.
  const look = {
    ...Object.fromEntries(FIELDS.map((name) => [name, value(name) === '' ? null : value(name)])),
    displayName: value('displayName') || merchant.name,
    logoUrl: logo?.address ?? ours(saved.logoUrl) ?? null,
  };
  return html`<div class="branding">
    <div class="forms">
      <${Form} class="card" onSubmit=${() => dirty && save()} trouble=${trouble}>
        <h2>Look</h2>
        <${Text} label="Display name" hint="The name that customers read. Empty: the merchant’s name." ...${text('displayName')} maxlength="100" dir="auto" />
        <fieldset class="colours"><legend class="visually-hidden">Colours</legend>${COLOURS.map(([name, label, hint]) => html`
          <${Colour} key=${name} label=${label} hint=${hint} value=${value(name) ?? ''} onText=${put(name)} errors=${at(name)} />`)}</fieldset>
        <${Text} label="Corner radius" hint="In pixels, 0 to 32" inputmode="numeric" maxlength="5" ...${text('cornerRadius')}
          onText=${(typed) => put('cornerRadius')(whole(typed) ?? typed)} />
        <${Text} label="Support email" optional hint="Where customers get help" type="email" ...${text('supportEmail')} spellcheck=${false} autocomplete="off" />
        <${Text} label="Support page" optional hint="Begins with https://" type="url" ...${text('supportUrl')} spellcheck=${false} autocomplete="off" />
        <${Refusals} errors=${errors} besides=${FIELDS} />
        <div class="buttons save"><${Button} type="submit" kind="primary" busy=${busy}>Save<//>
          ${dirty ? html`<button type="button" onClick=${() => { clear(); forget(); }}>Discard changes</button>`
            : html`<span class="hint">Everything is saved.</span>`}</div>
      <//>
      <${Logo} logoUrl=${saved.logoUrl} chosen=${logo} onChosen=${setLogo} onSaved=${(logoUrl) => took({ logoUrl })} />
    </div>
    <${Preview} look=${look} />
  </div>`;
}
