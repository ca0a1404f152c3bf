import { html } from '../../shared/view.js';
import { Page } from '../parts/page.js';

export const Report = () => html`<${Page} title="KYC report" />`;
