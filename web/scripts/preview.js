// The preview follows what is typed, for each viewer: beside the form where there is room, else over it.
// Without this script the form's Preview button shows a page that says the same and leads back.
"use strict";
(() => {
  const form = document.querySelector("#edit");
  const pane = document.querySelector("[data-pane]");
  const dialog = document.querySelector("[data-over]");
  // It may be replaced, and stand in the form or beside it.
  const viewer = () => document.querySelector("[data-as]");
  const open = form.querySelector("[data-preview]");
  const wide = matchMedia("(min-width: 75rem)");
  const PAUSE = 400;
  let timer = 0;
  let coming = null;

  const seen = () => wide.matches || dialog.open;
  const frame = () => pane.querySelector("iframe:last-of-type");
  // Posted into a frame, the card has its own policy and no script of ours. A second frame loads behind the
  // first, which stays until then: nothing flickers.
  const show = () => {
    if (!seen()) return;
    coming?.remove();
    const before = frame();
    const next = before.cloneNode();
    coming = next;
    next.name = `live-${Date.now()}`;
    next.classList.add("coming");
    next.removeAttribute("src");
    before.after(next);
    const sent = document.createElement("form");
    sent.method = "post";
    sent.action = `${form.dataset.live}?framed=1&as=${viewer().value}`;
    sent.target = next.name;
    sent.hidden = true;
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string") continue;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      sent.append(field);
    }
    document.body.append(sent);
    next.addEventListener("load", () => {
      // The frame's first document is an empty one.
      if (!next.contentDocument?.querySelector("main")) return;
      next.contentWindow.scrollTo(0, before.contentWindow?.scrollY ?? 0);
      // The preview is for looking only: its links are off, and the Tab key passes it.
      next.contentDocument.addEventListener("click", (event) => event.preventDefault());
      for (const link of next.contentDocument.querySelectorAll("a, summary")) link.tabIndex = -1;
      next.classList.remove("coming");
      before.remove();
      if (coming === next) coming = null;
    });
    sent.submit();
    sent.remove();
  };
  const showSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  };
  // One pane: it lies in the dialog while the page is narrow.
  const home = pane.parentElement;
  const settle = () => {
    if (wide.matches && dialog.open) dialog.close();
    (wide.matches ? home : dialog).append(pane);
    pane.hidden = false;
    open.hidden = wide.matches;
    show();
  };
  open.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
    show();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => open.focus());
  form.addEventListener("input", showSoon);
  form.addEventListener("change", showSoon);
  document.addEventListener("change", ({ target }) => target === viewer() && show());
  document.addEventListener("htmx:afterSwap", showSoon);
  wide.addEventListener("change", settle);
  settle();
})();
