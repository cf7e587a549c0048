// Rows of the edit form: added, removed, moved by buttons or dragged, without asking the server.
// Without this script the same buttons send the form, and the server arranges the rows.
"use strict";
(() => {
  const form = document.querySelector("#edit");
  const changed = (list) => {
    list.dispatchEvent(new Event("input", { bubbles: true }));
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };

  for (const list of form.querySelectorAll("[data-rows]")) {
    const name = list.dataset.rows;
    const most = Number(list.dataset.most);
    const rows = () => [...list.children];
    const add = form.querySelector(`[data-add="${name}"]`);
    const said = form.querySelector(`[data-arranged="${name}"]`);

    // The place of a row stands in the names, ids and labels of its fields.
    const renumber = () => {
      rows().forEach((row, place) => {
        for (const element of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
          for (const attribute of ["id", "name", "for", "aria-describedby"]) {
            const value = element.getAttribute(attribute);
            if (value) element.setAttribute(attribute, value.replace(RegExp(`(${name}-)\\d+`, "g"), `$1${place}`));
          }
        }
        for (const number of row.querySelectorAll("[data-number]")) number.textContent = place + 1;
        const up = row.querySelector("[data-up]");
        const down = row.querySelector("[data-down]");
        up.value = `up ${name} ${place}`;
        down.value = `down ${name} ${place}`;
        row.querySelector("[data-remove]").value = `remove ${name} ${place}`;
        up.disabled = place === 0;
        down.disabled = place === rows().length - 1;
        row.querySelector(".moves").hidden = rows().length < 2;
      });
      add.hidden = rows().length >= most;
    };
    const empty = (row) => {
      for (const field of row.querySelectorAll("input, textarea")) {
        field.value = "";
        field.removeAttribute("aria-invalid");
      }
      for (const field of row.querySelectorAll("select:not(.see)")) field.selectedIndex = 0;
      for (const fault of row.querySelectorAll(".fault")) fault.remove();
    };
    const move = (row, before) => {
      const button = document.activeElement;
      list.insertBefore(row, before);
      renumber();
      changed(list);
      // The moved button keeps the focus, or the other one where it has nowhere left to go.
      (button.disabled ? row.querySelector("[data-up]:not(:disabled), [data-down]:not(:disabled)") : button)?.focus();
      said.textContent = said.dataset.moved.replace("%", rows().indexOf(row) + 1);
    };

    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const row = button?.closest("[data-row]");
      if (!row) return;
      event.preventDefault();
      if ("up" in button.dataset) move(row, row.previousElementSibling);
      if ("down" in button.dataset) move(row, row.nextElementSibling.nextElementSibling);
      if ("remove" in button.dataset) {
        const next = row.nextElementSibling ?? row.previousElementSibling;
        if (next) row.remove();
        else empty(row);
        renumber();
        changed(list);
        ((next ?? row).querySelector("input, select") ?? add).focus();
        said.textContent = said.dataset.removed;
      }
    });
    add.addEventListener("click", (event) => {
      event.preventDefault();
      const row = rows().at(-1).cloneNode(true);
      empty(row);
      list.append(row);
      renumber();
      changed(list);
      row.querySelector("select:not(.see), input").focus();
    });
    for (const grip of list.querySelectorAll("[data-grip]")) grip.hidden = false;
    Sortable.create(list, {
      handle: "[data-grip]",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      onEnd: () => {
        renumber();
        changed(list);
      },
    });
    renumber();
  }
})();
