// How customers would see a look that is not saved yet, and whether it could be saved: the journey's own preview in a frame, and the
// server's own rule. The one place that knows of either.
import { html, useEffect, useRef, useState } from '../../../shared/view.js';
import { ask } from '../../api.js';
import { useSession } from '../../session.js';

const CHECK = 'query ($input: BrandingUpdateInput!) { brandingCheck(input: $input) { userErrors { field message code } } }';

/** Milliseconds that a value has to rest before it is asked about. */
const REST = 250;

/** What `brandingUpdate` would refuse of these edits, or of those just before, until that is known: nothing jumps while somebody types. */
export function useRefusals(edits) {
  const text = JSON.stringify(edits);
  const [errors, setErrors] = useState([]);
  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setErrors(text === '{}' ? [] : (await ask(CHECK, { input: JSON.parse(text) }, control)).brandingCheck.userErrors);
      } catch {
        // A warning is a kindness; what cannot be saved is refused in any case.
      }
    }, REST);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [text]);
  return text === '{}' ? [] : errors;
}

/** The least height of the frame, in pixels, until it has told its own. */
const HEIGHT = 640;

/** Screens of the journey in a look: what is no colour or no name yet, the frame leaves as it was. */
export function Preview({ look }) {
  const { merchant } = useSession();
  const frame = useRef();
  const [ready, setReady] = useState(false);
  const [height, setHeight] = useState(HEIGHT);
  const [language, setLanguage] = useState('en');
  useEffect(() => {
    const hear = ({ origin, source, data }) => {
      if (origin !== location.origin || source !== frame.current?.contentWindow) return;
      if (data?.type === 'preview-ready') setReady(true);
      else if (data?.type === 'preview-shown' && data.height > 0) setHeight(Math.min(data.height, 4000));
    };
    addEventListener('message', hear);
    return () => removeEventListener('message', hear);
  }, []);
  useEffect(() => {
    if (ready) frame.current.contentWindow.postMessage({ type: 'preview-look', branding: look, language, mode: merchant.mode }, location.origin);
  }, [ready, JSON.stringify(look), language]);
  return html`<section class="card preview" aria-labelledby="preview">
    <div class="top"><h2 id="preview">Preview</h2><div class="languages" role="group" aria-label="Language of the preview">
      ${[['en', 'English'], ['hi', 'हिन्दी']].map(([code, name]) => html`<button key=${code} type="button" lang=${code}
        aria-pressed=${String(code === language)} onClick=${() => setLanguage(code)}>${name}</button>`)}</div></div>
    <iframe ref=${frame} src="/k/preview" title="Preview of the journey" tabindex="0" style=${{ blockSize: `${height}px` }}></iframe>
  </section>`;
}
