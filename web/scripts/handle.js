// The form of a new card with a script: the handle follows the name until it is written by hand, and is checked
// at each pause. Without it, the card is made all the same, or the form says what is taken.
"use strict";
(() => {
  const form = document.querySelector("#new");
  const field = (name) => form.elements.namedItem(name);
  const said = form.querySelector("[data-answer]");
  const PAUSE = 400;
  let timer = 0;
  let running = null;
  let byHand = field("handle").value !== field("suggested").value;

  // What was suggested may follow the name; what a person chose does not.
  const take = (handle) => {
    field("handle").value = handle;
    field("suggested").value = handle;
  };
  const choose = () => {
    byHand = field("handle").value.trim() !== "";
    field("suggested").value = "";
  };

  const show = (answer) => {
    if (answer.state === "free") {
      said.textContent = `${answer.handle} ${said.dataset.free}`;
      return;
    }
    said.textContent = `${said.dataset[answer.state]} `;
    if (!answer.suggestion) return;
    const other = document.createElement("button");
    other.type = "button";
    other.className = "add";
    other.textContent = answer.suggestion;
    other.addEventListener("click", () => {
      field("handle").value = answer.suggestion;
      choose();
      said.textContent = `${answer.suggestion} ${said.dataset.free}`;
      field("handle").focus();
    });
    said.append(`${said.dataset.instead} `, other);
  };

  const ask = async () => {
    const name = field("name").value.trim();
    const handle = byHand ? field("handle").value.trim() : "";
    said.textContent = "";
    if (!name && !handle) return;
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch("/api/v1/handle-checks", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": form.dataset.csrf },
        body: JSON.stringify({ handle, ...(name && { name }) }),
        signal: running.signal,
      });
      // Too often, or signed out meanwhile: sending the form tells.
      if (!answer.ok) return;
      const told = await answer.json();
      if (!handle) take(told.handle);
      show(told);
    } catch {
      // A newer question replaced this one, or the network is down.
    }
  };

  form.addEventListener("input", ({ target }) => {
    if (target.name === "handle") choose();
    else if (target.name !== "name" || byHand) return;
    running?.abort();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
})();
