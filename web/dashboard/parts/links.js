// A KYC link: what stands in its place once it is made, and what can be done with it.
import { html } from '../../shared/view.js';

/** Resend, extend and revoke the link of an attempt, for whoever may. `onChanged` is called with the attempt as it is then. */
export const LinkActions = () => html``;
