import { html } from '../../../shared/view.js';
import { Page } from '../../parts/page.js';

export const Customer = () => html`<${Page} title="Customer" />`;
