// How far a report is, and what came of it.
import { html, useEffect } from '../../../shared/view.js';
import { Limited, Offline, Trouble } from '../../api.js';
import { Failure, say } from '../../parts/notice.js';
import { count } from '../../words.js';
import { Cut, cancel } from './download.js';
import { BIG } from './sink.js';

/** The rows that a sheet of the usual programs has, the columns' names among them. */
const SHEET = 1_048_576;

/** Bytes as people read them: `840 bytes`, `84 KB`, `12.4 MB`. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toLocaleString('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 })} MB`;
}

function Failed({ error, rows }) {
  if (error instanceof Limited) {
    return html`<div class="failure" role="alert"><p class="title">Other reports are on their way</p>
      <p>The server makes two at a time. Try again in ${count(error.seconds, 'second')}.</p></div>`;
  }
  if (error instanceof Cut) {
    return html`<div class="failure" role="alert"><p class="title">The report was cut off</p>
      <p>After ${count(rows, 'row')} the server or the connection ended it. Nothing was saved. Try again.</p></div>`;
  }
  if (error instanceof Offline || error instanceof Trouble) return html`<${Failure} error=${error} />`;
  return html`<div class="failure" role="alert"><p class="title">The report was not saved</p><p>${error.message}</p></div>`;
}

export function Progress({ download }) {
  const { state, rows, bytes, keeps, name, error } = download;
  useEffect(() => {
    if (state === 'saved') say(`The report is saved: ${count(rows, 'row')}.`);
    if (state === 'cancelled') say('The report is cancelled. Nothing was saved.');
  }, [state]);
  if (state === 'coming') {
    return html`<section class="card coming" aria-label="The report on its way">
      <progress aria-label="The report is on its way"></progress>
      <p class="number">${bytes === 0 ? 'The server makes the report…' : `${count(rows, 'row')}, ${size(bytes)} so far`}</p>
      ${keeps && bytes > BIG && html`<p class="hint">This is a big one. This browser keeps it in memory until it is whole; a shorter range needs less.</p>`}
      <button type="button" onClick=${cancel}>Cancel</button>
    </section>`;
  }
  if (state === 'saved') {
    return html`<section class="card saved" aria-label="The saved report">
      <h2>The report is saved</h2>
      <dl class="facts"><dt>File</dt><dd><code>${name}</code></dd><dt>Rows</dt><dd class="number">${rows.toLocaleString('en')}</dd>
        <dt>Size</dt><dd class="number">${size(bytes)}</dd></dl>
      ${rows === 0 && html`<p>It holds the names of the columns alone: no attempt is like this. Choose other days or states.</p>`}
      ${rows >= SHEET && html`<p>A spreadsheet opens ${SHEET.toLocaleString('en')} rows at most. Take shorter ranges for one.</p>`}
    </section>`;
  }
  if (state === 'cancelled') return html`<p class="hint">The report was cancelled. Nothing was saved.</p>`;
  return state === 'failed' && html`<${Failed} error=${error} rows=${rows} />`;
}
