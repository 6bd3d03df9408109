// What the console adds to Unfold: F2, focus where a page asks for it, and a dialog that keeps
// the focus. No framework; loaded on every page, the log-in page too.
(() => {
  "use strict";

  const FOCUSABLE =
    'a[href], button:not([disabled]), input:not([disabled]):not([type="hidden"]), ' +
    'select:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

  // Unfold hides the page until Alpine has started, and a hidden field takes no focus.
  document.addEventListener("alpine:initialized", () => {
    const wanted = document.querySelector("#main [autofocus], #login-form [autofocus]");
    if (wanted) requestAnimationFrame(() => wanted.focus());
    watchModal();
    nameCells();
    requestAnimationFrame(showOpenTab);
  });

  // Parts of a page that come later.
  document.addEventListener("htmx:afterSettle", nameCells);

  // On a phone the head of a table is not shown: each cell says what it is.
  function nameCells() {
    document.querySelectorAll(".member-panel .rg-table, .register .rg-table, .segment-part .rg-table").forEach((table) => {
      const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
      if (!heads.length || table.matches(".ledger, .inventory, .tier-changes, .coupon-past, .orders *")) return;
      table.classList.add("rg-stack");
      table.querySelectorAll("tbody tr").forEach((row) => {
        [...row.children].forEach((cell, place) => {
          if (cell.tagName === "TD") cell.dataset.head = heads[place] || "";
        });
      });
    });
  }

  // A member has more tabs than a phone shows: the open one is in sight.
  function showOpenTab() {
    const open = document.querySelector(".member-tabs [aria-current]");
    if (!open) return;
    const strip = open.parentElement;
    strip.scrollLeft = open.offsetLeft - strip.offsetLeft - (strip.clientWidth - open.offsetWidth) / 2;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || event.ctrlKey || event.altKey || event.metaKey) return;
    const counter = document.querySelector("#nav-sidebar a[href$='/counter/'], a[data-counter]");
    if (!counter) return;
    event.preventDefault();
    if (window.location.pathname === new URL(counter.href).pathname) {
      document.querySelector("#main [autofocus]")?.focus();
    } else {
      window.location.assign(counter.href);
    }
  });

  // The palette selects nothing by itself, and Unfold's script fails on Enter then: the first
  // result is selected as soon as it is there, and Enter before that does nothing.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "command-results") return;
    if (!document.querySelector("#command-results-list li")) return;
    document
      .getElementById("search-input-command")
      .dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.target.id !== "search-input-command") return;
      if (document.querySelector("#command-results-list li.active")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true
  );

  function watchModal() {
    const modal = document.getElementById("modal-content");
    if (!modal) return;
    let opener = null;
    let isOpen = false;

    const shown = () => modal.offsetParent !== null;
    const fields = () => [...modal.querySelectorAll(FOCUSABLE)].filter((one) => one.offsetParent);

    const open = () => {
      isOpen = true;
      opener = document.activeElement;
      const title = modal.querySelector("#dialog-title");
      if (title) modal.setAttribute("aria-labelledby", "dialog-title");
      const first = modal.querySelector(
        "input:not([type='hidden']), textarea, select, button[type='submit']"
      );
      (first || modal).focus();
    };
    const close = () => {
      isOpen = false;
      modal.removeAttribute("aria-labelledby");
      if (opener && opener.isConnected) opener.focus();
    };

    new MutationObserver(() => {
      if (shown() && !isOpen) requestAnimationFrame(open);
      if (!shown() && isOpen) close();
    }).observe(modal.parentElement, { attributes: true, attributeFilter: ["style", "class"] });

    // A refused form comes back in the same dialog: the focus goes to what is wrong.
    document.body.addEventListener("htmx:afterSettle", () => {
      if (!isOpen) return;
      const wrong = modal.querySelector(".errors input, .errors textarea, .errors select");
      if (wrong) wrong.focus();
    });

    modal.addEventListener("keydown", (event) => {
      if (event.key !== "Tab") return;
      const stops = fields();
      if (!stops.length) return;
      const first = stops[0];
      const last = stops[stops.length - 1];
      if (event.shiftKey && (document.activeElement === first || document.activeElement === modal)) {
        event.preventDefault();
        last.focus();
      } else if (!event.shiftKey && document.activeElement === last) {
        event.preventDefault();
        first.focus();
      }
    });

    // A second click while the first is under way sends nothing more.
    modal.addEventListener("htmx:beforeRequest", (event) => {
      const form = event.target.closest("form");
      if (!form) return;
      if (form.dataset.busy) event.preventDefault();
      else form.dataset.busy = "1";
    });
    modal.addEventListener("htmx:afterRequest", (event) => {
      const form = event.target.closest("form");
      // What succeeded is on its way to another page: the form stays shut until then.
      const leaves = event.detail.xhr.getResponseHeader("HX-Redirect");
      if (form && !leaves) delete form.dataset.busy;
    });
  }
})();
