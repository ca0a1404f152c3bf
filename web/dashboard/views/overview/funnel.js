// How the steps went, kind by kind: numbers, and bars of one scale beside them.
import { html } from '../../../shared/view.js';
import { lasting } from '../../time.js';
import { word } from '../../words.js';
import { share } from './tiles.js';

const COLUMNS = [['reached', 'Reached'], ['completed', 'Completed'], ['failed', 'Failed'], ['dropped', 'Dropped']];

export function Funnel({ funnel }) {
  const kinds = funnel.map((kind) => ({ ...kind, all: kind.reached + kind.notStarted })).filter(({ all }) => all > 0);
  const most = Math.max(1, ...kinds.map(({ all }) => all));
  return html`<section class="card">
    <h2>Steps</h2>
    <p class="hint">Reached: it has begun. Dropped: it was not completed although the attempt is over. Shares are of the attempts that have the step.</p>
    <table class="funnel" role="table">
      <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Step</th>${COLUMNS.map(([name, text]) => html`<th key=${name}
        role="columnheader" scope="col">${text}</th>`)}
        <th role="columnheader" scope="col">Median time</th></tr></thead>
      <tbody role="rowgroup">${kinds.map((kind) => html`<tr key=${kind.kind} role="row">
        <th role="rowheader" scope="row">${word('kind', kind.kind)}<span class="sub">${kind.all.toLocaleString('en')} in all</span></th>
        ${COLUMNS.map(([name, text]) => html`<td key=${name} role="cell" data-label=${text}><${Amount} of=${name} number=${kind[name]} all=${kind.all}
          most=${most} /></td>`)}
        <td role="cell" data-label="Median time" class="number">${lasting(kind.medianSeconds)}</td>
      </tr>`)}</tbody>
    </table>
  </section>`;
}

const Amount = ({ of, number, all, most }) => html`<span class="amount">
  <span><span class="number">${number.toLocaleString('en')}</span> <span class="share">${share(number, all)}</span></span>
  <span class="track" aria-hidden="true"><span class="had" style=${{ inlineSize: `${(all / most) * 100}%` }}></span><span class="done" data-of=${of}
    style=${{ inlineSize: `${(number / most) * 100}%` }}></span></span>
</span>`;
