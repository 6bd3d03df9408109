// While a replay runs its card is read again every other second; the rest of the page stays.
(() => {
  "use strict";
  const PAUSE = 2000;

  // The list beside it says the state too.
  function take(card, read) {
    for (const [id, old] of [["replay", card], ["earlier", document.getElementById("earlier")]]) {
      const fresh = read.getElementById(id);
      if (old && fresh) old.replaceWith(document.adoptNode(fresh));
    }
  }

  async function look() {
    const card = document.getElementById("replay");
    if (!card || !("busy" in card.dataset)) return;
    try {
      const answer = await fetch(window.location.href, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) {
        const read = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = read.getElementById("replay");
        // A button in use keeps its focus.
        const isDone = fresh && !("busy" in fresh.dataset);
        if (isDone || !card.contains(document.activeElement)) take(card, read);
      }
    } catch {
      // The network went away: the next look may find it again.
    }
    setTimeout(look, PAUSE);
  }
  setTimeout(look, PAUSE);
})();
