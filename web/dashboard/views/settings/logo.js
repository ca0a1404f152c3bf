// The merchant's logo: chosen, seen in the preview, and then put in the place of the one before.
import { request } from '../../../shared/http.js';
import { html, useRef, useState } from '../../../shared/view.js';
import { SignedOut, Unfit, ours } from '../../api.js';
import { Button, useAction } from '../../parts/form.js';
import { Failure, say } from '../../parts/notice.js';

/** What the server takes, in bytes. */
const MOST = 2 * 1024 * 1024;
const TYPES = ['image/png', 'image/jpeg', 'image/webp'];

const refused = (message) => ({ userErrors: [{ field: ['logo'], message }] });

/** The route's answer, as a mutation's payload is. */
async function send(method, file) {
  const { status, body } = await request('/merchant/logo', { method, body: file, ...(file && { headers: { 'content-type': file.type } }) });
  if (status < 300) return { logoUrl: body.logoUrl ?? null };
  const message = body.errors?.[0]?.message ?? 'The logo was not taken.';
  if (status === 401) throw new SignedOut(message);
  if (status === 403) throw new Unfit(message);
  return refused(message);
}

const read = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(file);
});

/** `chosen` is the file that is only looked at so far, `{ file, address }`; `onSaved` gets the logo's address as it is then. */
export function Logo({ logoUrl, chosen, onChosen, onSaved }) {
  const input = useRef();
  const [wrong, setWrong] = useState();
  const [put, putting] = useAction(async () => {
    const answer = await send('PUT', chosen.file);
    if (answer.userErrors) return answer;
    onSaved(answer.logoUrl);
    onChosen(undefined);
    say('The logo is saved.');
    return answer;
  });
  const [remove, removing] = useAction(async () => {
    const answer = await send('DELETE');
    if (answer.userErrors) return answer;
    onSaved(null);
    say('The logo is removed.');
    return answer;
  });
  const choose = async (event) => {
    const [file] = event.target.files;
    // So that the same file can be chosen again.
    event.target.value = '';
    if (!file) return;
    putting.forget();
    removing.forget();
    if (!TYPES.includes(file.type)) setWrong('Choose a PNG, JPEG or WebP picture.');
    else if (file.size > MOST) setWrong('Choose a picture of at most 2 MB.');
    else {
      setWrong(undefined);
      onChosen({ file, address: await read(file) });
    }
  };
  const errors = [wrong, ...putting.errors.map(({ message }) => message), ...removing.errors.map(({ message }) => message)].filter(Boolean);
  const trouble = putting.trouble ?? removing.trouble;
  return html`<section class="card logo" aria-labelledby="logo"><h2 id="logo">Logo</h2>
    <div class="shown">${chosen || logoUrl ? html`<img src=${chosen?.address ?? ours(logoUrl)}
      alt=${chosen ? 'The chosen logo' : 'The logo'} />` : html`<p class="none">No logo: customers read the name alone.</p>`}</div>
    <p class="hint">PNG, JPEG or WebP, at most 2 MB. It is drawn anew, at most 512 pixels on its longer side.</p>
    <input ref=${input} type="file" accept=${TYPES.join(',')} class="visually-hidden" tabindex="-1" aria-label="Logo file" onChange=${choose} />
    <div class="buttons">
      ${chosen && html`<${Button} kind="primary" busy=${putting.busy} onClick=${put}>Use this logo<//>
        <button type="button" onClick=${() => onChosen(undefined)}>Discard</button>`}
      ${!chosen && html`<button type="button" onClick=${() => input.current.click()}>${logoUrl ? 'Choose another…' : 'Choose a logo…'}</button>`}
      ${!chosen && logoUrl && html`<${Button} kind="danger" busy=${removing.busy} onClick=${remove}>Remove<//>`}
    </div>
    ${errors.length > 0 && html`<p class="wrong" role="alert">${errors.join(' ')}</p>`}
    ${trouble && html`<${Failure} error=${trouble} />`}
  </section>`;
}
