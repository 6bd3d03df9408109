// Prints a receipt on a roll of 72 mm, as long as it is: from its own page, or out of another one
// (the counter), which then hides everything else for the printer.
(function () {
  "use strict";

  const MM_PER_PX = 25.4 / 96;

  function sized(receipt) {
    const style = document.createElement("style");
    const height = Math.ceil(receipt.getBoundingClientRect().height * MM_PER_PX) + 6;
    style.textContent = `@page { size: 72mm ${height}mm; margin: 0; }`;
    document.head.append(style);
    return style;
  }

  function print() {
    const receipt = document.querySelector(".receipt");
    if (!receipt) return false;
    const style = sized(receipt);
    let area = null;
    if (!document.body.classList.contains("receipt-page")) {
      area = document.createElement("div");
      area.id = "print-area";
      area.append(receipt.cloneNode(true));
      document.body.append(area);
      document.body.classList.add("is-printing");
    }
    window.addEventListener(
      "afterprint",
      () => {
        style.remove();
        if (area) area.remove();
        document.body.classList.remove("is-printing");
      },
      { once: true }
    );
    window.print();
    return true;
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-print]")) return;
    if (print()) event.preventDefault();
  });

  window.printReceipt = print;
})();
