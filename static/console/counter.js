// The counter: forms are sent by fetch, and what comes back takes the place of the last answer.
// The scan box has the focus whenever nothing else was chosen: scanners type and press Enter.
(function () {
  "use strict";

  const counter = document.getElementById("counter");
  if (!counter) return;
  const scan = document.getElementById("counter-scan");
  const result = document.getElementById("counter-result");
  let waiting = null;

  function focusScan() {
    scan.focus();
    scan.select();
  }

  function clear() {
    if (waiting) waiting.abort();
    result.replaceChildren();
    result.removeAttribute("aria-busy");
    scan.value = "";
    focusScan();
  }

  // What the answer asks for next: a field to mend or fill, a choice, or the next scan.
  function focusAnswer() {
    const field =
      result.querySelector(".has-errors input, .has-errors select") ||
      Array.from(result.querySelectorAll(".enroll-field input")).find((one) => !one.value);
    const choice = result.querySelector(".hits button");
    if (field || choice) (field || choice).focus();
    else focusScan();
  }

  function fail() {
    const line = document.createElement("div");
    line.className = "result result-bad";
    line.setAttribute("role", "status");
    const text = document.createElement("p");
    text.className = "result-text";
    text.textContent = counter.dataset.failed;
    const reason = document.createElement("p");
    reason.textContent = counter.dataset.failedReason;
    const words = document.createElement("div");
    words.append(text, reason);
    line.append(words);
    // A form that was filled in stays: the network's fault costs nobody their typing.
    result.querySelectorAll(":scope > .result").forEach((old) => old.remove());
    result.prepend(line);
  }

  async function send(form, button) {
    if (waiting) waiting.abort();
    const mine = (waiting = new AbortController());
    const body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    result.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: body,
        headers: { "X-Fragment": "1" },
        signal: mine.signal,
      });
      if (answer.redirected) return window.location.reload(); // The session has ended.
      if (!answer.ok) throw new Error(String(answer.status));
      result.innerHTML = await answer.text();
      focusAnswer();
    } catch (error) {
      if (error.name !== "AbortError") fail();
    } finally {
      if (waiting === mine) {
        waiting = null;
        result.removeAttribute("aria-busy");
      }
    }
  }

  counter.addEventListener("submit", (event) => {
    event.preventDefault();
    // An enrollment under way must not be cut off by a second Enter; a look-up may be.
    if (waiting && event.target.classList.contains("enroll")) return;
    send(event.target, event.submitter);
  });

  counter.addEventListener("click", (event) => {
    if (event.target.closest("[data-next]")) clear();
  });

  function moveChoice(step) {
    const choices = Array.from(result.querySelectorAll(".hits button"));
    if (!choices.length) return false;
    const at = choices.indexOf(document.activeElement) + step;
    if (at < 0) focusScan();
    else choices[Math.min(at, choices.length - 1)].focus();
    return true;
  }

  // Not in a dialog or in the palette: their Escape is theirs.
  function isHere() {
    const active = document.activeElement;
    return active === document.body || counter.contains(active);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isHere()) {
      event.preventDefault();
      clear();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (document.activeElement.tagName === "SELECT") return;
      if (moveChoice(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    } else if (event.key.length === 1 && document.activeElement === document.body) {
      focusScan(); // Typed into nothing: it was meant for the scan box.
    }
  });

  // The page is hidden until Alpine starts, so that `autofocus` comes to nothing.
  document.addEventListener("alpine:initialized", () => setTimeout(focusAnswer));
})();
