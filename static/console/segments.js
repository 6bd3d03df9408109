// Below the builder of a segment: whom its condition would have now. Asked when the sentence came
// back without a mistake; an answer that a later question overtook is thrown away.
(() => {
  "use strict";

  function watch(box) {
    const form = box.closest("form");
    const counted = box.querySelector("[data-counted]");
    const failed = box.querySelector("[data-failed]");
    const purpose = box.querySelector("[data-purpose]");
    let going = null;
    let last = null;

    async function count() {
      const text = form.querySelector(".condition-text").value;
      const asked = JSON.stringify([text, purpose.value]);
      if (asked === last) return;
      last = asked;
      going?.abort();
      going = new AbortController();
      const { signal } = going;
      counted.setAttribute("aria-busy", "true");
      const sent = new FormData();
      sent.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      sent.set("condition", text);
      sent.set("purpose", purpose.value);
      try {
        const response = await fetch(box.dataset.url, { method: "POST", body: sent, signal });
        if (!response.ok) throw new Error(String(response.status));
        // Our own template, in which every text is escaped.
        counted.innerHTML = await response.text();
        failed.hidden = true;
      } catch (error) {
        if (error.name === "AbortError") return;
        failed.hidden = false;
        last = null;
      }
      counted.setAttribute("aria-busy", "false");
    }

    box.hidden = false;
    form.addEventListener("condition:said", (event) => {
      if (event.detail && event.detail.problems.length === 0) count();
    });
    purpose.addEventListener("change", count);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-segment-preview]").forEach(watch);
  });
})();
