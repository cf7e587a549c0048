// Leaving the edit form with something unsaved asks first, and a second press while it is sent does nothing.
"use strict";
(() => {
  const form = document.querySelector("#edit");
  const press = (off) => {
    for (const button of form.querySelectorAll(".bottom button")) button.disabled = off;
  };
  form.addEventListener("input", () => { form.dataset.unsaved = ""; });
  form.addEventListener("submit", () => {
    delete form.dataset.unsaved;
    // Later than the event, because a disabled button is not sent with the form.
    setTimeout(press, 0, true);
  });
  addEventListener("pageshow", () => press(false));
  addEventListener("beforeunload", (event) => {
    if ("unsaved" in form.dataset) event.preventDefault();
  });

  // The field that a link of the summary leads to is seen, though its section was folded again.
  const unfold = (inside) => {
    for (let fold = inside?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };
  for (const link of document.querySelectorAll(".faults a[href^='#']")) {
    link.addEventListener("click", () => unfold(document.getElementById(link.hash.slice(1))));
  }
  unfold(document.getElementById(location.hash.slice(1)));

  // What a folded section says of itself follows what is typed.
  for (const fold of form.querySelectorAll("[data-says]")) {
    const says = fold.querySelector("summary small");
    const empty = fold.dataset.says;
    const text = (field) => (field.value && field.selectedOptions ? field.selectedOptions[0].text : field.value.trim());
    fold.addEventListener("change", () => {
      const texts = [...fold.querySelectorAll(fold.dataset.of)].map(text).filter(Boolean);
      says.textContent = texts.length ? texts.slice(0, 2).join(", ") + (texts.length > 2 ? " …" : "") : empty;
    });
  }
})();
