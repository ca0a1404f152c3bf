// Setting a password by a one-time link. The token comes in the fragment, leaves the address at once, and is nowhere but in this page's memory.
import { html, useEffect, useRef, useState } from '../../shared/view.js';
import { setPassword } from '../api.js';
import { Button, Form, Text, useAction } from '../parts/form.js';
import { Heading } from '../parts/page.js';

function take() {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, '', location.pathname);
  return token;
}

const MAYBE = 'Or your try before has set it: go to the sign-in, and use the password that you typed then.';

export function Password() {
  const [token] = useState(take);
  const [password, setText] = useState('');
  const [again, setAgain] = useState('');
  const [differs, setDiffers] = useState(false);
  const [done, setDone] = useState(false);
  const unanswered = useRef(false);
  const [send, { busy, errors, trouble }] = useAction(async () => {
    const before = unanswered.current;
    unanswered.current = true;
    const message = await setPassword(token, password);
    unanswered.current = false;
    // A try whose answer was lost may have set it, and used the link up.
    if (message) return { userErrors: [{ field: ['password'], message: before ? `${message} ${MAYBE}` : message }] };
    setDone(true);
    return {};
  });
  useEffect(() => {
    document.title = 'Set your password · kyc-stack';
  }, []);
  const submit = () => {
    setDiffers(password !== again);
    return password === again ? send() : undefined;
  };
  if (done) {
    return html`<main class="alone"><${Heading}>Your password is set<//><p>Use it with your merchant’s short name and your email.</p>
      <p><a class="button primary" href="/">Sign in</a></p></main>`;
  }
  if (!token) {
    return html`<main class="alone"><h1>This link is not whole</h1>
      <p>Open the one-time link again, exactly as it was sent to you. If it was used already, ask an admin of your merchant for a new one.</p>
      <p><a href="/">Go to the sign-in</a></p></main>`;
  }
  return html`<main class="alone">
    <h1>Set your password</h1>
    <${Form} onSubmit=${submit} trouble=${trouble}>
      <${Text} label="New password" type="password" value=${password} onText=${setText} autocomplete="new-password" hint="At least 12 characters. A few words are easy to remember and hard to guess."
        error=${errors[0]?.message} />
      <${Text} label="The same once more" type="password" value=${again} onText=${setAgain} autocomplete="new-password" error=${differs ? 'The two are not the same.' : undefined} />
      <${Button} type="submit" kind="primary" busy=${busy}>Set the password<//>
    <//>
  </main>`;
}
