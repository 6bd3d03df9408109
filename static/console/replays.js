// While a replay runs its card is read again every other second; the rest of the page stays.
(() => {
  "use strict";
  const PAUSE = 2000;

  async function look() {
    const card = document.getElementById("replay");
    if (!card || !("busy" in card.dataset)) return;
    try {
      const answer = await fetch(window.location.href, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) {
        const read = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = read.getElementById("replay");
        // A button in use keeps its focus.
        if (fresh && !card.contains(document.activeElement)) card.replaceWith(document.adoptNode(fresh));
        else if (fresh && !("busy" in fresh.dataset)) card.replaceWith(document.adoptNode(fresh));
      }
    } catch {
      // The network went away: the next look may find it again.
    }
    setTimeout(look, PAUSE);
  }
  setTimeout(look, PAUSE);
})();
