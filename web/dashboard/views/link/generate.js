// Generating a KYC link, step by step. Where one is stands in the address's fragment, so that the browser's Back goes a step back; what was
// filled in does not.
import { html, useEffect, useRef } from '../../../shared/view.js';
import { Empty } from '../../parts/notice.js';
import { Gone, LinkOnce } from '../../parts/once.js';
import { LinkActions } from '../../parts/links.js';
import { Page } from '../../parts/page.js';
import { chosen, hoursOf } from '../../parts/validity.js';
import { useLook } from '../../router.js';
import { useSession } from '../../session.js';
import { missing } from '../customer/fields.js';
import { stageOf, useDraft } from './draft.js';
import { Journey } from './journey.js';
import { Review } from './review.js';
import { Who } from './who.js';

const STAGES = [['customer', 'Customer'], ['journey', 'Steps and validity'], ['review', 'Look it over'], ['link', 'The link']];

/** The furthest stage that what is filled in leads to, as its place. */
function reached({ kind, customerId, typed, steps, validity }) {
  if (kind === 'known' ? !customerId : Object.keys(missing(typed)).length > 0) return 0;
  return steps.length > 0 && hoursOf(chosen(validity)) ? 2 : 1;
}

export function Generate() {
  const { can } = useSession();
  if (!can('AGENT')) {
    return html`<${Page} title="Generate a KYC link"><${Empty} title="Your role does not generate links">
      <p>An agent, a reviewer or an admin of your team can.</p>
      <a href="/">Go to the Compliance panel</a><//><//>`;
  }
  return html`<${Stages} />`;
}

function Stages() {
  const [look, setLook] = useLook();
  const [draft, set, anew] = useDraft();
  const came = useRef(false);
  // Somebody comes from a customer's page.
  useEffect(() => {
    if (!look.customer) return;
    if (draft.customerId !== look.customer || draft.kind !== 'known') anew({ customerId: look.customer, typed: draft.typed });
    setLook({ customer: '' }, { replace: true });
  }, [look.customer]);

  const asked = STAGES.findIndex(([stage]) => stage === (look.stage ?? 'customer'));
  // The last stage is shown where it is asked for alone: whoever comes anew begins anew.
  const at = asked === 3 ? (draft.made ? 3 : 0) : Math.max(0, Math.min(asked, reached(draft)));
  const go = (stage, options) => {
    setLook({ stage: stage === 'customer' ? '' : stage }, options);
    scrollTo(0, 0);
  };
  // What was made is shown once it is there, even to whoever went away meanwhile. It takes the place of the review in the history: Back
  // must not lead to the button that made it.
  useEffect(() => {
    if (!draft.made || draft.made.shown) return;
    set({ made: { ...draft.made, shown: true } });
    go('link', { replace: true });
  }, [draft.made]);
  const [stage, title] = STAGES[at];
  const next = () => {
    const last = at === 1 || (draft.seen && !draft.errors.some((error) => stageOf(error) === 'journey'));
    set({ seen: last, made: undefined, errors: draft.errors.filter((error) => stageOf(error) !== stage) });
    go(last ? 'review' : 'journey');
  };
  return html`<${Page} title="Generate a KYC link">
    <${Track} at=${at} go=${go} />
    <section class="stage" key=${stage}>
      <${Heading} came=${came} text=${stage === 'link' ? (draft.made.url ? 'The link is ready' : 'The link is made') : title} />
      ${stage === 'customer' && html`<${Who} draft=${draft} set=${set} next=${next} />`}
      ${stage === 'journey' && html`<${Journey} draft=${draft} set=${set} next=${next} />`}
      ${stage === 'review' && html`<${Review} draft=${draft} set=${set} go=${go} done=${(made) => anew({ made })} />`}
      ${stage === 'link' && html`<${Made} made=${draft.made} anew=${() => { anew({}); go('customer'); }}
        onChanged=${(attempt) => set({ made: { ...draft.made, attempt: { ...draft.made.attempt, ...attempt } } })} />`}
    </section>
  <//>`;
}

/** Where one is among the stages; those that are done can be gone back to. */
const Track = ({ at, go }) => html`<nav aria-label="Stages"><ol class="stages">${STAGES.map(([stage, name], place) => html`
  <li key=${stage} data-done=${place < at ? '' : undefined} aria-current=${place === at ? 'step' : undefined}>
    ${place < at && at < 3
      ? html`<button type="button" class="bare" onClick=${() => go(stage)}><${Place} place=${place} name=${name} /></button>`
      : html`<${Place} place=${place} name=${name} />`}
  </li>`)}</ol></nav>`;

const Place = ({ place, name }) => html`<span class="place" aria-hidden="true">${place + 1}</span><span class="name">${name}</span>`;

/** Whoever comes to another stage hears which; a field that was refused comes first. */
function Heading({ text, came }) {
  const heading = useRef();
  useEffect(() => {
    const wrong = heading.current.parentElement.querySelector('[aria-invalid=true]');
    if (wrong) wrong.focus();
    // The first one was not come to: the page was.
    else if (came.current) heading.current.focus({ preventScroll: true });
    came.current = true;
  }, []);
  return html`<h2 tabindex="-1" ref=${heading}>${text}</h2>`;
}

function Made({ made, onChanged, anew }) {
  const { attempt, url } = made;
  return html`<p class="for">For <a href=${`/customers/${attempt.customer.id}`} dir="auto">${attempt.customer.name}</a></p>
    ${url ? html`<${LinkOnce} url=${url} attempt=${attempt} />` : html`<${Gone} /><${LinkActions} attempt=${attempt} onChanged=${onChanged} />`}
    <p class="buttons after"><a class="button" href=${`/attempts/${attempt.id}`}>Open the tracker</a>
      <button type="button" onClick=${anew}>Generate another link</button></p>`;
}
