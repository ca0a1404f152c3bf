// The merchant's look on the pages that customers see: changed, previewed, and saved when it can be read.
import { html, useState } from '../../../shared/view.js';
import { change, ours } from '../../api.js';
import { Button, Form, Text, refused, useAction } from '../../parts/form.js';
import { Failure, Loading, Refusals, say } from '../../parts/notice.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { Colour } from './colour.js';
import { useEdits } from './edits.js';
import { Logo } from './logo.js';
import { Preview, useRefusals } from './preview.js';

const LOOK = 'displayName logoUrl primaryColor backgroundColor surfaceColor textColor cornerRadius supportEmail supportUrl updatedAt';
const QUERY = `{ merchant { id branding { ${LOOK} } } }`;

const COLOURS = [
  ['primaryColor', 'Primary', 'Buttons and links'],
  ['backgroundColor', 'Background', 'The page'],
  ['surfaceColor', 'Surface', 'Cards and fields'],
  ['textColor', 'Text', 'On the page and on cards'],
];

const FIELDS = ['displayName', ...COLOURS.map(([name]) => name), 'cornerRadius', 'supportEmail', 'supportUrl'];

/** A field that is empty has its default again. */
const inputOf = (edits) => Object.fromEntries(Object.entries(edits).map(([name, value]) => [name, value === '' || Number.isNaN(value) ? null : value]));

export function Branding() {
  const { data, error, reload } = useQuery(QUERY, {}, { touches: ({ type }) => type === 'BRANDING_UPDATED' || type === 'MERCHANT_UPDATED' });
  if (error && !data) return html`<${Failure} error=${error} again=${reload} />`;
  if (!data) return html`<${Loading} what="the look" />`;
  return html`<${Look} saved=${data.merchant.branding} reload=${reload} />`;
}

function Look({ saved, reload }) {
  const { refresh } = useSession();
  const { value, set, clear, edits, dirty } = useEdits('branding', saved);
  const [logo, setLogo] = useState();
  const input = inputOf(edits);
  const foreseen = useRefusals(input);
  const [save, { busy, errors: told, trouble, forget }] = useAction(async () => {
    const answer = await change('brandingUpdate', input, `branding { ${LOOK} }`);
    if (answer.userErrors.length === 0) {
      await Promise.all([reload(), refresh()]);
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
  const saw = async () => {
    await Promise.all([reload(), refresh()]);
  };
  // What is not there is not told: the frame leaves it as it was.
  const look = { ...Object.fromEntries(FIELDS.map((name) => [name, value(name) === '' ? null : value(name)])), logoUrl: logo?.address ?? ours(saved.logoUrl) ?? null };
  return html`<div class="branding">
    <div class="forms">
      <${Form} class="card" onSubmit=${() => dirty && save()} trouble=${trouble}>
        <h2>Look</h2>
        <${Text} label="Display name" hint="The name that customers read. Empty: the merchant’s name." ...${text('displayName')} maxlength="100" dir="auto" />
        <fieldset class="colours"><legend>Colours</legend>${COLOURS.map(([name, label, hint]) => html`
          <${Colour} key=${name} label=${label} hint=${hint} value=${value(name) ?? ''} onText=${put(name)} errors=${at(name)} />`)}</fieldset>
        <${Radius} value=${value('cornerRadius')} onNumber=${put('cornerRadius')} error=${refused(errors, 'cornerRadius')} />
        <${Text} label="Support email" optional hint="Where customers get help" type="email" ...${text('supportEmail')} spellcheck="false" autocomplete="off" />
        <${Text} label="Support page" optional hint="Begins with https://" type="url" ...${text('supportUrl')} spellcheck="false" autocomplete="off" />
        <${Refusals} errors=${errors} besides=${FIELDS} />
        <div class="buttons save"><${Button} type="submit" kind="primary" busy=${busy}>Save<//>
          ${dirty ? html`<button type="button" onClick=${() => { clear(); forget(); }}>Discard changes</button>` : html`<span class="hint">Everything is saved.</span>`}</div>
      <//>
      <${Logo} logoUrl=${saved.logoUrl} chosen=${logo} onChosen=${setLogo} onSaved=${saw} />
    </div>
    <${Preview} look=${look} />
  </div>`;
}

/** The radius of corners, in pixels. */
const Radius = ({ value, onNumber, error }) => html`<${Text} label="Corner radius" hint="In pixels, 0 to 32" type="number" min="0" max="32" step="1" inputmode="numeric"
  value=${Number.isNaN(value) ? '' : value} onText=${(next) => onNumber(next === '' ? Number.NaN : Number(next))} error=${error} />`;
