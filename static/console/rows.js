// Rows of a form that are added and taken away: `data-rows` around them, a template of an empty
// one, a hidden count. Without this script there are a few empty rows, and one that is emptied is
// left out.
(() => {
  "use strict";

  function start(box) {
    const list = box.querySelector("[data-rows-list]");
    const empty = box.querySelector("template");
    const total = box.querySelector("input[name$='-TOTAL_FORMS']");
    const add = box.querySelector("[data-rows-add]");
    const most = Number(box.dataset.most);

    const isFilled = (row) =>
      row.querySelector("[data-filled]") !== null ||
      [...row.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value.trim() !== "");
    const tell = (name) => box.dispatchEvent(new Event(name, { bubbles: true }));
    const count = () => {
      const rows = [...list.children];
      rows.forEach((row, index) => { row.querySelector("[data-rows-number]").textContent = index + 1; });
      add.hidden = rows.length >= most;
    };

    const remove = (row) => {
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      count();
      (next ? next.querySelector("input, select, button") : add).focus();
      tell("change");
    };
    const prepare = (row) => {
      const button = row.querySelector("[data-rows-remove]");
      button.hidden = false;
      button.addEventListener("click", () => remove(row));
    };

    add.addEventListener("click", () => {
      const made = document.createElement("div");
      made.innerHTML = empty.innerHTML.replaceAll("__prefix__", total.value);
      const row = made.firstElementChild;
      total.value = Number(total.value) + 1;
      list.append(row);
      prepare(row);
      count();
      row.dispatchEvent(new Event("console:added", { bubbles: true }));
      row.querySelector("input, select, button")?.focus();
    });

    // Empty rows are for those without this script; the first one stays to begin with.
    const rows = [...list.children];
    rows.filter((row, index) => index > 0 && !isFilled(row)).forEach((row) => row.remove());
    [...list.children].forEach(prepare);
    add.hidden = false;
    count();
  }

  // Before the fields that show by a condition are looked for.
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-rows]").forEach(start));
})();
