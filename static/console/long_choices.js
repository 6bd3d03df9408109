// A long list to tick (`data-long-choices`): the box above leaves those whose name, code or city has
// what is typed. What is chosen stays chosen, also while it isn't shown, and is counted.
(() => {
  "use strict";

  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

  function narrow(box) {
    const find = (name) => box.querySelector(`[data-${name}]`);
    const rows = [...box.querySelectorAll("li")].map((row) => {
      const words = plain(`${row.textContent} ${row.dataset.words}`);
      return { row, tick: row.querySelector("input"), words };
    });
    const typed = find("narrow");

    const count = () => {
      find("count").textContent = rows.filter((one) => one.tick.checked).length;
    };
    const show = () => {
      const wanted = plain(typed.value);
      rows.forEach((one) => { one.row.hidden = !one.words.includes(wanted); });
      find("nothing").hidden = rows.some((one) => !one.row.hidden);
    };
    const tick = (chosen, value) => {
      chosen.forEach((one) => { one.tick.checked = value; });
      count();
      // As if they had been ticked by hand: whoever counts an audience hears of it once.
      rows[0].tick.dispatchEvent(new Event("change", { bubbles: true }));
    };

    typed.addEventListener("input", show);
    // Enter in the box would send the form.
    typed.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    find("all").addEventListener("click", () => tick(rows.filter((one) => !one.row.hidden), true));
    find("none").addEventListener("click", () => tick(rows, false));
    box.addEventListener("change", count);
    find("bar").hidden = false;
    count();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-long-choices]").forEach(narrow);
  });
})();
