// The page of a template: a click puts a variable in where the cursor stands, and the texts are
// shown as members will read them. Without this script the form works as it is.
(() => {
  "use strict";

  const PAUSE = 400;

  function watch(box) {
    const form = box.closest("form");
    const shown = box.querySelector("[data-shown]");
    const failed = box.querySelector("[data-failed]");
    const fields = [...form.querySelectorAll("[data-liquid]")];
    let last = fields.find((field) => field.tagName === "TEXTAREA") || null;
    let going = null;
    let waiting = 0;

    function put(text) {
      if (last === null) return;
      const [from, to] = [last.selectionStart, last.selectionEnd];
      last.setRangeText(text, from, to, "end");
      last.focus();
      last.dispatchEvent(new Event("input", { bubbles: true }));
    }

    async function show() {
      going?.abort();
      going = new AbortController();
      const { signal } = going;
      shown.setAttribute("aria-busy", "true");
      try {
        const body = new FormData(form);
        const response = await fetch(box.dataset.url, { method: "POST", body, signal });
        if (!response.ok) throw new Error(String(response.status));
        // Our own template, in which every text is escaped.
        shown.innerHTML = await response.text();
        failed.hidden = true;
      } catch (error) {
        if (error.name === "AbortError") return;
        failed.hidden = false;
      }
      shown.setAttribute("aria-busy", "false");
    }

    function soon() {
      clearTimeout(waiting);
      waiting = setTimeout(show, PAUSE);
    }

    fields.forEach((field) => field.addEventListener("focus", () => { last = field; }));
    form.addEventListener("input", soon);
    box.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-insert]");
      if (chip) put(chip.dataset.insert);
    });
    const card = box.querySelector("[name=preview_card]");
    // Enter shows the member; it doesn't keep the template.
    card?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      show();
    });
    if (fields.length) show();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-template-preview]").forEach(watch);
  });
})();
