// The pages of the local identity provider: plain HTML, no script.

const escape = (value) => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `
  :root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --ground: #eef1f5; --line: #d5dbe3; --mark: #2f5bd8; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e8ecf2; --paper: #1b222d; --ground: #11161e; --line: #344052; --mark: #8fb0ff; }
  }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
         overflow-wrap: anywhere; }
  main { max-width: 24rem; margin: 8vh auto; padding: 2rem; background: var(--paper); border-radius: 12px;
         box-shadow: 0 8px 30px rgb(0 0 0 / 12%); }
  h1 { margin: 0 0 .25rem; font-size: 1.4rem; } h2 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
  p { margin: 0 0 1.25rem; } .note { font-size: .875rem; opacity: .75; } .alert { color: #b3261e; font-weight: 600; }
  button, input { box-sizing: border-box; width: 100%; padding: .7rem .9rem; border: 1px solid var(--line);
                  border-radius: 8px; background: var(--paper); color: inherit; font: inherit; text-align: left; }
  button { cursor: pointer; margin-bottom: .5rem; }
  button:hover, button:focus-visible, input:focus-visible { outline: 2px solid var(--mark); outline-offset: 1px; }
  button small { display: block; opacity: .7; } label { display: block; margin-bottom: .75rem; font-size: .875rem; }
  .add { background: var(--mark); border-color: var(--mark); color: var(--paper); text-align: center; }
  dt { font-weight: 600; } dd { margin: 0 0 .75rem; }`;

const page = (title, body) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>`;

export const login = (people, alert) => page('Sign in', `
<h1>Sign in</h1>
<p class="note">This identity provider runs on your machine only. There are no passwords: choose who you are.</p>
${alert ? `<p class="alert" role="alert">${escape(alert)}</p>` : ''}
<form method="post">
${people.map(({ sub, name, email }) => `<button name="person" value="${escape(sub)}">Continue as ${escape(name)}<small>${escape(email)}</small></button>`).join('\n')}
<button name="cancel" value="1">Cancel</button>
</form>
<h2>Somebody else</h2>
<form method="post">
<label>Name <input name="name" required maxlength="120" autocomplete="off"></label>
<label>E-mail <input name="email" type="email" required maxlength="254" autocomplete="off"></label>
<button class="add">Add and continue</button>
</form>`);

export const failure = (out) => page('Sign-in stopped', `
<h1>Sign-in stopped</h1>
<dl>${Object.entries(out).map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>`);
