// Copies the e-mail signature with its looks, or as plain text, where the browser allows it.
"use strict";
(() => {
  if (!navigator.clipboard) return;
  const said = document.querySelector("[data-copied]");
  const text = () => document.querySelector("[data-text]").value;
  const html = () => document.querySelector("[data-html]").value;
  const blob = (type, content) => new Blob([content], { type });

  const rich = () =>
    navigator.clipboard.write([
      new ClipboardItem({
        "text/html": blob("text/html", html()),
        "text/plain": blob("text/plain", text()),
      }),
    ]);

  const on = (selector, copy) => {
    const button = document.querySelector(selector);
    button.addEventListener("click", async () => {
      try {
        await copy();
        said.textContent = said.dataset.done;
      } catch {
        said.textContent = said.dataset.failed;
      }
    });
    return button;
  };

  const signature = on("[data-copy-signature]", rich);
  on("[data-copy-text]", () => navigator.clipboard.writeText(text()));
  // Without rich text, the box above is the only way to copy the looks.
  signature.hidden = !("ClipboardItem" in window && navigator.clipboard.write);
  document.querySelector("[data-copies]").hidden = false;
})();
