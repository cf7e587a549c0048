// Rows of the edit form: added, removed, moved by buttons or dragged, without asking the server.
// Without this script the same buttons send the form, and the server arranges the rows.
"use strict";
(() => {
  const form = document.querySelector("#edit");
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  for (const list of form.querySelectorAll("[data-rows]")) {
    const name = list.dataset.rows;
    const most = Number(list.dataset.most);
    const rows = () => [...list.children];
    const add = form.querySelector(`[data-add="${name}"]`);
    const said = form.querySelector(`[data-arranged="${name}"]`);
    const place = RegExp(`(\\b${name}-)\\d+`, "g");

    // The place of a row stands in the names, ids and labels of its fields.
    const renumber = () => {
      for (const [at, row] of rows().entries()) {
        for (const element of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
          for (const attribute of ["id", "name", "for", "aria-describedby"]) {
            const value = element.getAttribute(attribute);
            if (value) element.setAttribute(attribute, value.replace(place, `$1${at}`));
          }
        }
        for (const number of row.querySelectorAll("[data-number]")) number.textContent = at + 1;
        for (const what of ["up", "down", "remove"]) row.querySelector(`[data-${what}]`).value = `${what} ${name} ${at}`;
        row.querySelector("[data-up]").disabled = at === 0;
        row.querySelector("[data-down]").disabled = at === rows().length - 1;
        row.querySelector(".moves").hidden = rows().length < 2;
      }
      add.hidden = rows().length >= most;
    };
    const changed = (text) => {
      renumber();
      list.dispatchEvent(new Event("input", { bubbles: true }));
      list.dispatchEvent(new Event("change", { bubbles: true }));
      said.textContent = text;
    };
    const moved = (row) => changed(said.dataset.moved.replace("{place}", rows().indexOf(row) + 1));
    const empty = (row) => {
      for (const field of row.querySelectorAll("input, textarea")) field.value = "";
      for (const field of row.querySelectorAll("select")) field.selectedIndex = 0;
      for (const about of ["aria-invalid", "aria-describedby"]) {
        for (const field of row.querySelectorAll(`[${about}]`)) field.removeAttribute(about);
      }
      for (const text of row.querySelectorAll(".fault, .hint")) text.remove();
    };
    const focus = (row) => row.querySelector("input, select, textarea").focus();

    const move = (button, row, before) => {
      list.insertBefore(row, before);
      moved(row);
      // The pressed button keeps the focus, or its other one where the row has nowhere left to go.
      (button.disabled ? row.querySelector(".moves button:not(:disabled)") : button).focus();
    };
    const remove = (row) => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      if (next) row.remove();
      else empty(row);
      changed(said.dataset.removed);
      focus(next ?? row);
    };

    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      event.preventDefault();
      const row = button.closest("[data-row]");
      if ("up" in button.dataset) move(button, row, row.previousElementSibling);
      else if ("down" in button.dataset) move(button, row, row.nextElementSibling.nextElementSibling);
      else remove(row);
    });
    add.addEventListener("click", (event) => {
      event.preventDefault();
      const row = rows().at(-1).cloneNode(true);
      empty(row);
      list.append(row);
      changed(said.dataset.added);
      focus(row);
    });
    for (const grip of list.querySelectorAll("[data-grip]")) grip.hidden = false;
    Sortable.create(list, {
      handle: "[data-grip]",
      animation: still.matches ? 0 : 150,
      onUpdate: (event) => moved(event.item),
    });
    renumber();
  }
})();
