// Parts of a page that htmx updates: what has come is said aloud, and what failed is told, which htmx would drop.
// Nothing that was typed is lost. Without this script the same forms and links load whole pages.
"use strict";
(() => {
  const find = (name) => document.querySelector(`[data-${name}]`);

  const tell = (text, { target, requestConfig }) => {
    const trouble = find("trouble");
    const place = target === document.body ? requestConfig.elt.form : target;
    if (place.previousElementSibling !== trouble) place.before(trouble);
    trouble.hidden = false;
    // Said again and again, it would be read aloud again and again.
    if (trouble.firstElementChild.textContent !== text) trouble.firstElementChild.textContent = text;
  };

  // Fields that will be replaced, with what was typed in them and not sent.
  const unsent = (target, sent) =>
    [...target.querySelectorAll("input[id], textarea[id]")].filter(
      (field) => field.value !== field.defaultValue && field.value !== sent.get(field.name),
    );

  // A page that refuses says why and what to do.
  const reason = (page) =>
    [...page.querySelectorAll("main h1, main h1 ~ p:not(:has(a))")]
      .map((line) => line.textContent.trim().replace(/[^.!?]$/, "$&."))
      .join(" ");

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const whole = target === document.body;
    const found = page.getElementById(whole ? requestConfig.elt.id : target.id);
    event.detail.isError = false;
    event.detail.shouldSwap = Boolean(found);
    if (found) {
      requestConfig.unsent = unsent(target, requestConfig.formData);
      // A new session has a new token, which the other forms of the page need as well.
      requestConfig.token = page.querySelector("[name=csrf]")?.value;
      requestConfig.focused = target.contains(document.activeElement);
      if (whole) document.documentElement.lang = page.documentElement.lang;
      return;
    }
    // Another page: a success is to be seen, and a refusal for who is signed out has a page that keeps the form.
    if (xhr.status < 400) return location.assign(xhr.responseURL);
    const form = requestConfig.elt.closest("form");
    if (requestConfig.verb === "post" && [401, 403].includes(xhr.status)) {
      form.action = requestConfig.path;
      return HTMLFormElement.prototype.submit.call(form);
    }
    tell(reason(page) || find("trouble").dataset.failed, event.detail);
  });

  document.addEventListener("htmx:afterSwap", ({ detail: { target, requestConfig } }) => {
    const part = target.id ? document.getElementById(target.id) : document;
    for (const field of requestConfig.unsent) {
      const now = document.getElementById(field.id);
      if (now) now.value = field.value;
    }
    const { token } = requestConfig;
    if (token) for (const field of document.querySelectorAll("[name=csrf]")) field.value = token;
    find("trouble").hidden = true;
    const text = part.querySelector("[role=status]:not([data-voice]), .fault")?.textContent.trim() ?? "";
    if (find("voice").textContent !== text) find("voice").textContent = text;
    if (requestConfig.focused && document.activeElement === document.body) {
      const place = part === document ? document.getElementById("main") : part;
      place.tabIndex = -1;
      place.focus({ preventScroll: true });
    }
  });

  for (const name of ["htmx:sendError", "htmx:timeout"])
    document.addEventListener(name, ({ detail }) => tell(find("trouble").dataset.lost, detail));
})();
