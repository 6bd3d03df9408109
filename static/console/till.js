// The till: every scan and every button is one turn, sent after the one before has been answered,
// because the answer brings the cart of the next. Scans wait in a row, so that no scanner is too
// fast; the box has the focus whenever nothing else was chosen.
(function () {
  "use strict";

  const till = document.getElementById("counter");
  const form = document.getElementById("till-form");
  if (!till || !form) return;
  const scan = document.getElementById("counter-scan");
  const state = document.getElementById("counter-result");
  const MOST_AT_ONCE = 20;
  const waiting = [];
  let isSending = false;
  // Where the keys were, when they changed a line.
  let heldLine = null;

  // ---- Sending -----------------------------------------------------------------------------

  function body(task) {
    const sent = new FormData(task.form || form);
    sent.delete("text");
    if (task.texts) task.texts.forEach((text) => sent.append("text", text));
    if (task.act) sent.set("act", task.act);
    return sent;
  }

  // Scans that wait behind each other go together.
  function nextTask() {
    const task = waiting.shift();
    while (
      task.texts &&
      waiting.length &&
      waiting[0].texts &&
      task.texts.length < MOST_AT_ONCE
    ) {
      task.texts.push(...waiting.shift().texts);
    }
    return task;
  }

  async function work() {
    if (isSending) return;
    isSending = true;
    state.setAttribute("aria-busy", "true");
    while (waiting.length) {
      const task = nextTask();
      try {
        if (await send(task)) return; // On the way to another page.
      } catch (error) {
        fail(task);
        waiting.length = 0;
      }
    }
    state.removeAttribute("aria-busy");
    isSending = false;
  }

  async function send(task) {
    const answer = await fetch(form.action, {
      method: "POST",
      body: body(task),
      headers: { "X-Fragment": "1" },
    });
    if (answer.redirected) {
      window.location.reload(); // The session has ended.
      return true;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const page = answer.headers.get("X-Go");
    if (page) {
      window.location.assign(page);
      return true;
    }
    const typed = scan.value;
    state.innerHTML = await answer.text();
    if (state.querySelector(".result-bad")) beep();
    if (!waiting.length) focusAnswer(typed);
    return false;
  }

  function take(task) {
    waiting.push(task);
    work();
  }

  // Nothing was saved: what was scanned is named, so that it can be scanned again.
  function fail(task) {
    const lost = [task, ...waiting].flatMap((one) => one.texts || []);
    const line = document.createElement("div");
    line.className = "result result-bad";
    line.setAttribute("role", "status");
    const words = document.createElement("div");
    const text = document.createElement("p");
    text.className = "result-text";
    text.textContent = till.dataset.failed;
    const reason = document.createElement("p");
    reason.textContent = till.dataset.failedReason;
    words.append(text, reason);
    if (lost.length) {
      const again = document.createElement("p");
      again.textContent = `${till.dataset.lost} ${lost.join(", ")}`;
      words.append(again);
    }
    line.append(words);
    state.querySelectorAll(":scope > .result").forEach((old) => old.remove());
    state.prepend(line);
    if (lost.length === 1 && !scan.value) scan.value = lost[0];
    beep();
    if (!(task.form && task.form !== form)) focusScan();
  }

  // A clerk looks at the goods, not at the screen.
  let audio = null;
  function beep() {
    try {
      audio = audio || new AudioContext();
      const tone = audio.createOscillator();
      tone.frequency.value = 220;
      tone.connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + 0.18);
    } catch (error) {
      // No sound on this machine: the red line says it.
    }
  }

  // ---- Focus -------------------------------------------------------------------------------

  function focusScan() {
    scan.focus();
    scan.select();
  }

  function focusField(field) {
    field.focus();
    if (field.select) field.select();
  }

  // What the answer asks for next: a choice, a field of the form, the way of paying, or a scan.
  function focusAnswer(typed) {
    const fill = state.querySelector("[data-fill]")?.dataset.fill || "";
    if (!typed) scan.value = fill;
    const held = heldLine && state.querySelector(`[data-line="${heldLine}"] input`);
    heldLine = null;
    const field =
      state.querySelector(".has-errors input, .has-errors select") ||
      (!lines().length &&
        Array.from(state.querySelectorAll(".enroll-field input")).find((one) => !one.value));
    const next =
      field ||
      state.querySelector("[data-method]") ||
      state.querySelector(".hits button:not([data-waits])") ||
      (!scan.value && held);
    if (next && !typed) focusField(next);
    else if (fill && !typed) {
      scan.focus();
      scan.setSelectionRange(fill.length, fill.length);
    } else if (typed) scan.focus();
    else focusScan();
  }

  // ---- Forms and buttons -------------------------------------------------------------------

  till.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (event.target !== form) return enroll(event.target);
    if (button && button.name === "act") return take({ act: button.value });
    // Enter in a quantity sends what was typed there, and leaves the box alone.
    if (document.activeElement?.name?.startsWith("quantity-")) return take({ texts: [""] });
    const text = scan.value;
    // An Enter too many, while something is on its way, is no scan.
    if (isSending && !text.trim()) return;
    scan.value = "";
    take({ texts: [text] });
  });

  // The card's and the enrollment's own buttons are no part of the form.
  till.addEventListener("click", (event) => {
    const button = event.target.closest("button[type='button'][data-next]");
    if (button) take({ act: lines().length ? "dismiss" : "next" });
  });

  // A second Enter must not send the same enrollment behind the first.
  function enroll(target) {
    if (waiting.some((task) => task.form === target) || isSending) return;
    take({ form: target, act: "enroll" });
  }

  state.addEventListener("focusin", (event) => {
    if (event.target.name?.startsWith("quantity-")) event.target.select();
  });

  // ---- Keys --------------------------------------------------------------------------------

  const lines = () => Array.from(state.querySelectorAll("[data-line] input"));
  const press = (selector) => {
    const button = state.querySelector(selector);
    if (button) button.click();
    return Boolean(button);
  };

  // Not in a dialog or in the palette: their keys are theirs.
  function isHere() {
    const active = document.activeElement;
    return active === document.body || till.contains(active);
  }

  function move(step) {
    const choices = Array.from(state.querySelectorAll(".hits button, [data-method]"));
    const all = choices.length ? choices : lines();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement);
    // From the box up to the last line: that is the one that was just scanned.
    const next = at < 0 && step < 0 && !choices.length ? all.length - 1 : at + step;
    if (next < 0 || next >= all.length) focusScan();
    else focusField(all[next]);
    return true;
  }

  function changeLine(event) {
    const row = document.activeElement.closest("[data-line]");
    const verb = { "+": "more", "=": "more", "-": "less", Delete: "remove" }[event.key];
    if (!row || !verb || document.activeElement.tagName !== "INPUT") return false;
    heldLine = row.dataset.line;
    take({ act: `${verb}:${row.dataset.line}` });
    return true;
  }

  // One step back at a time: a choice, the payment, an open field; goods are dropped only by a
  // second key on the button that says so.
  function escape() {
    if (press("[data-dismiss]") || press("[data-back]")) return;
    if (lines().length && state.querySelector(".enroll")) return take({ act: "dismiss" });
    const drop = state.querySelector(".till-next");
    const isElsewhere = document.activeElement !== scan || scan.value;
    if (lines().length && document.activeElement !== drop) {
      if (isElsewhere) {
        scan.value = "";
        return focusScan();
      }
      return drop.focus();
    }
    if (lines().length) return focusScan();
    scan.value = "";
    take({ act: "next" });
  }

  const KEYS = {
    F4: () => window.printReceipt(),
    F8: () => press("[data-points]"),
    F9: () => {
      const method = state.querySelector("[data-method]");
      if (method) method.focus();
      else take({ act: "pay" });
    },
    Escape: escape,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !isHere()) return;
    const active = document.activeElement;
    if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (active.tagName !== "SELECT" && move(event.key === "ArrowDown" ? 1 : -1)) {
        event.preventDefault();
      }
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (active.matches("[data-method]")) move(event.key === "ArrowRight" ? 1 : -1);
    } else if (changeLine(event)) {
      event.preventDefault();
    } else if (event.key.length === 1 && event.key !== " " && !isField(active)) {
      // Typed onto a button or into nothing: it was meant for the box.
      scan.value = "";
      scan.focus();
    }
  });

  function isField(element) {
    return ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName) && element.type !== "checkbox";
  }

  // The page is hidden until Alpine starts, so that `autofocus` comes to nothing.
  document.addEventListener("alpine:initialized", () => setTimeout(() => focusAnswer("")));
})();
