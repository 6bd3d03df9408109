// Campaigns: the count below an audience while somebody chooses it, and the progress of a run.
(() => {
  "use strict";

  const PAUSE = 400;
  const EVERY = 3000;
  const SLOWER = 15000;

  // ---- Whom the audience would have. An answer that a later question overtook is thrown away.

  function audience(box) {
    const form = box.closest("form");
    const counted = box.querySelector("[data-counted]");
    const failed = box.querySelector("[data-failed]");
    let going = null;
    let last = null;
    let timer = null;

    const asked = () => {
      const sent = new FormData();
      sent.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      sent.set("condition", form.querySelector(".condition-text").value);
      sent.set("segment", form.elements.segment.value);
      form.querySelectorAll("[name=stores]:checked").forEach((one) => sent.append("stores", one.value));
      return sent;
    };

    async function count() {
      const sent = asked();
      const key = JSON.stringify([...sent.entries()]);
      if (key === last) return;
      last = key;
      going?.abort();
      going = new AbortController();
      counted.setAttribute("aria-busy", "true");
      try {
        const response = await fetch(box.dataset.url, { method: "POST", body: sent, signal: going.signal });
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

    const soon = () => { clearTimeout(timer); timer = setTimeout(count, PAUSE); };
    form.addEventListener("condition:said", (event) => {
      if (event.detail && event.detail.problems.length === 0) soon();
    });
    form.addEventListener("change", (event) => {
      if (["segment", "stores"].includes(event.target.name)) soon();
    });
    soon();
  }

  // ---- How far a run is, asked again while the page is looked at.

  const cell = (text, name = "") => {
    const made = document.createElement("td");
    made.textContent = text;
    made.className = name;
    return made;
  };

  function fill(body, rows) {
    if (rows.length === 0) return;
    body.replaceChildren(...rows.map((one) => {
      const row = document.createElement("tr");
      const first = cell("");
      const dot = document.createElement("i");
      dot.className = `campaign-dot tone-${one.tone}`;
      dot.setAttribute("aria-hidden", "true");
      first.append(dot, one.state);
      if (one.reason) {
        const reason = document.createElement("span");
        reason.className = "console-muted";
        reason.textContent = ` ${one.reason}`;
        first.append(reason);
      }
      row.append(first, cell(one.count_text, "number"));
      return row;
    }));
  }

  function stack(box, rows) {
    box.replaceChildren(...rows.map((one) => {
      const bar = document.createElement("i");
      bar.className = `tone-${one.tone}`;
      bar.style.width = `${one.percent}%`;
      bar.title = `${one.state}${one.reason ? ` – ${one.reason}` : ""}: ${one.count_text}`;
      return bar;
    }));
  }

  function progress(box) {
    const find = (name) => box.querySelector(`[data-${name}]`);
    const failed = find("failed");
    let wait = EVERY;

    function show(run) {
      find("percent").textContent = run.percent_text;
      find("run-state").textContent = run.state_text;
      find("sums").textContent = run.sums;
      find("sums").className = run.is_conserved === false ? "console-bad" : "console-muted";
      find("rate").textContent = run.rate_text;
      stack(find("stack"), run.members);
      fill(find("members"), run.members);
      fill(find("messages"), run.messages);
    }

    async function ask() {
      if (document.hidden) { setTimeout(ask, wait); return; }
      try {
        const response = await fetch(box.dataset.url);
        if (!response.ok) throw new Error(String(response.status));
        const told = await response.json();
        const badge = document.querySelector("[data-campaign-state]");
        const isOther = badge.textContent !== told.campaign_state_text;
        if (failed) failed.hidden = true;
        wait = EVERY;
        // A page that showed no run yet, or another state with other deeds, is made anew; not under
        // somebody's hands.
        if (!document.querySelector("#dialog form") && (isOther || (told.run && !find("percent")))) {
          location.reload();
          return;
        }
        if (told.run && find("percent")) show(told.run);
        if (!told.is_changing) return;
      } catch {
        if (failed) failed.hidden = false;
        wait = SLOWER;
      }
      setTimeout(ask, wait);
    }
    setTimeout(ask, wait);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-audience]").forEach(audience);
    document.querySelectorAll("[data-progress]").forEach(progress);
    // What has to be mended first has the focus, once the page is shown.
    const wrong = "input:not([type=hidden]), select, textarea";
    const first = document.querySelector(".wizard-field.is-bad")?.querySelector(wrong);
    if (first) document.addEventListener("alpine:initialized", () => requestAnimationFrame(() => first.focus()));
  });
})();
