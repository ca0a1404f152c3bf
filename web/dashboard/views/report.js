// Download KYC report: the exact file of the REST route.
import { html, useId, useState } from '../../shared/view.js';
import { Unfit } from '../api.js';
import { Button, Check, Copy } from '../parts/form.js';
import { Empty } from '../parts/notice.js';
import { Page } from '../parts/page.js';
import { Range, useRange } from '../parts/range.js';
import { Zone } from '../parts/zone.js';
import { useSession } from '../session.js';
import { words } from '../words.js';
import { addressOf, nameOf, start, useDownload } from './report/download.js';
import { Progress } from './report/progress.js';
import { chosen, kept, mayChoose } from './report/sink.js';

const LAYOUTS = [
  ['wide', 'One row per attempt', 'With its customer, state and times, and for every kind of step its status, times, tries and reason.'],
  ['long', 'One row per step', 'Each after the columns of its attempt: for counting and filtering by step.'],
];

const DATES = [
  ['created', 'Created on these days', 'Whatever has become of them since.'],
  ['ended', 'Ended on these days', 'Completed, rejected or expired, whenever they were created.'],
];

/** One of a few, each with a sentence. */
function Radios({ legend, name, options, value, onText }) {
  const id = useId();
  return html`<fieldset class="radios"><legend>${legend}</legend>${options.map(([one, text, more]) => html`<div key=${one} class="radio">
    <input type="radio" id=${`${id}-${one}`} name=${name} aria-describedby=${`${id}-${one}-more`} checked=${value === one} onChange=${() => onText(one)} />
    <div><label for=${`${id}-${one}`}>${text}</label><p class="hint" id=${`${id}-${one}-more`}>${more}</p></div></div>`)}</fieldset>`;
}

/** What the server said of a parameter, for the field: `to: a report covers at most 10 years`. */
function wordOf(error, ...parameters) {
  if (!(error instanceof Unfit)) return undefined;
  const [, parameter, text] = error.message.match(/^(\w+): (.*)$/s) ?? [];
  return parameters.includes(parameter) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : undefined;
}

export function Report() {
  const { can } = useSession();
  if (can('ADMIN')) return html`<${Form} />`;
  return html`<${Page} title="KYC report"><${Empty} title="Reports are for admins">
    <p>A report holds the names and contacts of customers. Ask an admin of your team for one.</p><a class="button" href="/">Go to the Compliance panel</a><//><//>`;
}

function Form() {
  const { merchant } = useSession();
  const [timeZone, setTimeZone] = useState(merchant.timeZone);
  const [layout, setLayout] = useState('wide');
  const [date, setDate] = useState('created');
  const [states, setStates] = useState([]);
  const [excel, setExcel] = useState(false);
  const range = useRange(timeZone);
  const download = useDownload();
  const coming = download.state === 'coming';
  const asked = { from: range.from, to: range.to, timeZone, date, layout, states, excel };
  const address = addressOf(asked);

  const send = async (event) => {
    event.preventDefault();
    if (coming || range.wrong) return;
    const sink = mayChoose() ? await chosen(nameOf(merchant.slug, asked)) : kept();
    if (sink) await start(address, sink);
  };
  const toggle = (state, on) => setStates(words('state').map(([name]) => name).filter((name) => (name === state ? on : states.includes(name))));
  return html`<${Page} title="KYC report" heading="Download KYC report">
    <form class="report" onSubmit=${send} novalidate>
      <section class="card"><h2>Days</h2>
        <${Range} range=${range} wrong=${range.wrong ?? wordOf(download.error, 'from', 'to')} />
        <${Zone} label="Time zone" hint="Days begin in it, and times are written in it." value=${timeZone} usual=${merchant.timeZone}
          onText=${setTimeZone} error=${wordOf(download.error, 'time_zone')} />
        <${Radios} legend="Attempts" name="date" options=${DATES} value=${date} onText=${setDate} />
      </section>
      <section class="card"><h2>What is in it</h2>
        <${Radios} legend="Layout" name="layout" options=${LAYOUTS} value=${layout} onText=${setLayout} />
        <fieldset><legend>States</legend><p class="hint">${states.length === 0 ? 'All of them, unless you choose some.' : 'Only these, as they are now.'}</p>
          <div class="states">${words('state').map(([state, name]) => html`<${Check} key=${state} label=${name} checked=${states.includes(state)}
            onCheck=${(on) => toggle(state, on)} />`)}</div></fieldset>
        <div><${Check} label="Mark the file for Excel" checked=${excel} onCheck=${setExcel} />
          <p class="hint">Excel shows names in every script rightly with the mark (UTF-8). Programs may read it as part of the first column’s name.</p></div>
      </section>
      <div class="buttons"><${Button} type="submit" kind="primary" busy=${coming}>Download the report<//></div>
    </form>
    <div class="outcome"><${Progress} download=${download} /></div>
    <p class="note">Cells that a spreadsheet would take for a formula are made harmless. Each report is recorded with your name.</p>
    <details class="program"><summary>From a program</summary><${Curl} address=${address} /></details>
  <//>`;
}

function Curl({ address }) {
  const line = `curl -fH 'Authorization: Bearer YOUR_API_KEY' '${location.origin}${address}' -o kyc.csv`;
  return html`<p>The same file, with an API key of the role Admin:</p><p class="line"><code>${line}</code></p><${Copy} text=${line} />`;
}
