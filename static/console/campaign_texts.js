// The wizard: in step 3 what members will read of the chosen template, and tests of it; in each step
// what was made in another tab meanwhile. Without this script the form works as it is.
(() => {
  "use strict";

  const PAUSE = 400;

  function texts(box) {
    const form = box.closest("form");
    const find = (name) => box.querySelector(`[data-${name}]`);
    const [shown, failed, card, said] = ["shown", "failed", "card", "test-said"].map(find);
    const select = form.elements.template;
    let going = null;
    let waiting = 0;

    const asked = (more) => {
      const sent = new FormData();
      sent.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      sent.set("template", select.value);
      // A text may tell of a coupon only where one is given.
      const gift = form.elements.gift;
      if (gift) {
        sent.set("gift", gift.value);
        sent.set("points", form.elements.points.value);
        sent.set("code", form.elements[gift.value.toLowerCase()]?.value ?? "");
      }
      Object.entries(more).forEach(([name, value]) => sent.set(name, value));
      return sent;
    };

    async function show() {
      going?.abort();
      going = new AbortController();
      shown.setAttribute("aria-busy", "true");
      try {
        const body = asked({ preview_card: card ? card.value : "" });
        const response = await fetch(box.dataset.url, { method: "POST", body, signal: going.signal });
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

    async function test(event) {
      const button = event.currentTarget;
      if (!select.value) { select.focus(); return; }
      // A second click on its heels isn't a second test.
      button.disabled = true;
      said.hidden = true;
      try {
        const response = await fetch(button.dataset.test, { method: "POST", body: asked({ to: find("to").value }) });
        if (!response.ok) throw new Error(String(response.status));
        said.innerHTML = await response.text();
        said.hidden = false;
      } catch {
        failed.hidden = false;
      }
      button.disabled = false;
    }

    const soon = () => { clearTimeout(waiting); waiting = setTimeout(show, PAUSE); };
    select.addEventListener("change", () => { said.hidden = true; show(); });
    ["gift", "coupon", "benefit", "points"].forEach((name) => form.elements[name]?.addEventListener("change", show));
    // Enter shows the member; it doesn't go on to the next step.
    card?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      show();
    });
    card?.addEventListener("input", (event) => { event.stopPropagation(); soon(); });
    find("test")?.addEventListener("click", test);
    document.addEventListener("texts:again", show);
    show();
  }

  // Templates and coupon types are made in another tab: what is new there can be chosen here, and
  // what is chosen stays.
  async function refresh(form) {
    try {
      const response = await fetch(location.href);
      if (!response.ok) return;
      const there = new DOMParser().parseFromString(await response.text(), "text/html");
      ["segment", "template", "coupon", "benefit", "badge", "tag"].forEach((name) => {
        const select = form.elements[name];
        const other = there.querySelector(`#wizard-form select[name=${name}]`);
        if (!select || !other) return;
        const known = new Map([...select.options].map((one) => [one.value, one]));
        [...other.options].forEach((one) => {
          const own = known.get(one.value);
          if (own) own.textContent = one.textContent;
          else select.add(new Option(one.textContent, one.value));
        });
      });
    } catch { /* The next time. */ }
    document.dispatchEvent(new Event("texts:again"));
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-texts]").forEach(texts);
    const form = document.getElementById("wizard-form");
    if (!form) return;
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(form); });
  });
})();
