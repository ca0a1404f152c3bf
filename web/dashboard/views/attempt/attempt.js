import { html } from '../../../shared/view.js';
import { Page } from '../../parts/page.js';

export const Attempt = () => html`<${Page} title="Attempt" />`;
