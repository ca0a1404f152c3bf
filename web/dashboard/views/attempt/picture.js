// A selfie or a signature. Its address lasts for minutes and is asked for by those who may look; the browser keeps the picture meanwhile.
import { html, useRef, useState } from '../../../shared/view.js';
import { ours } from '../../api.js';
import { Dialog } from '../../parts/dialog.js';
import { useQuery } from '../../query.js';
import { useSession } from '../../session.js';
import { word } from '../../words.js';
import { PICTURE } from './documents.js';

/** An address that fails so soon after it was asked for has not run out: something else is wrong. Milliseconds. */
const FRESH = 20_000;

export function Picture({ step }) {
  const { can } = useSession();
  return can('REVIEWER') ? html`<${Shown} key=${step.result.capturedAt} step=${step} />` : html`<p class="note">The picture is for reviewers.</p>`;
}

function Shown({ step }) {
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  const asked = useRef(Date.now());
  const { data, error, reload } = useQuery(PICTURE, { id: step.id });
  const again = () => {
    asked.current = Date.now();
    setBroken(false);
    reload();
  };
  const failed = () => (Date.now() - asked.current > FRESH ? again() : setBroken(true));
  const { width, height } = step.result;
  const name = word('kind', step.kind);
  const address = ours(data?.step?.result?.url);
  if (broken || error) {
    return html`<div class="frame"><p class="note">The picture could not be loaded.</p><button type="button" onClick=${again}>Try again</button></div>`;
  }
  // The frame has its size before the picture is there.
  const image = html`<img src=${address} width=${width} height=${height} alt=${`${name} of the customer`} onError=${failed} />`;
  return html`
    <button type="button" class="frame" aria-label=${`${name}: look at it in large`} disabled=${!address} onClick=${() => setLarge(true)}>${address && image}</button>
    ${large && html`<${Dialog} title=${name} wide onClose=${() => setLarge(false)}><div class="large">${image}</div><//>`}`;
}
