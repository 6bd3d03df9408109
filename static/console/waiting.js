// Shows the page anew while something on it is still being made (`data-waits`), unless somebody
// works in a dialog.
(() => {
  "use strict";

  const EVERY_MS = 4000;

  document.addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector("[data-waits]")) return;
    setInterval(() => {
      const isWorking = document.hidden || document.querySelector("#dialog form, [role=dialog] form, input:focus");
      if (!isWorking) location.reload();
    }, EVERY_MS);
  });
})();
